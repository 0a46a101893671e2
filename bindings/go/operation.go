package cmpkit

import (
	"context"
	"runtime"
	"sync"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// Operation is one transaction of an end entity. Run carries it through; or it goes step by step, without I/O: do what the Action says, then tell what came
// of it. One goroutine at a time uses it, another one gets ErrBadState; Cancel and Close may come from any.
//
// Of the methods that go a step, now is the time for messageTime and validity; the zero time: there is no clock.
type Operation struct {
	raw   raw.Operation
	url   string
	tls   *TLS
	total time.Duration
	run   *run
	turn  sync.Mutex
}

// Action says what is to be done next.
type Action int

// The actions. A failure is an error instead.
const (
	ActionSend   Action = 1 // Message; then Receive or Lost
	ActionDecide Action = 2 // Issued has the certificate; then Decide
	ActionKeep   Action = 3 // make it durable; then Kept or Lost
	ActionDone   Action = 4 // it is over, and went well
	ActionWait   Action = 5 // the CA has not decided: let CheckAfter pass; then Woken or Lost
	ActionFetch  Action = 6 // whether the signer of what came is revoked: Fetch, or get by other ways what FetchURL has; then Fetched or Lost
)

// Run blocks until the operation is over. When the context is cancelled it ends with ErrCancelled, at its deadline with ErrDeadline; errors.Is finds the
// context's own error as well. After that nothing is left of the operation but what Save has kept.
func (o *Operation) Run(ctx context.Context) error {
	return o.running(ctx, func() error {
		if total := limit(ctx, o.total); total != o.total {
			if err := call(func() { o.raw.Set_timeouts(0, 0, milliseconds(total)) }); err != nil {
				return err
			}
		}
		return call(func() { o.raw.Run(o.url, o.tls.rawOrNil()) })
	})
}

// running holds the operation for one goroutine, and cancels it when the context ends.
func (o *Operation) running(ctx context.Context, function func() error) error {
	defer runtime.KeepAlive(o)
	if ctx.Err() != nil {
		return ended(ctx)
	}
	if !o.turn.TryLock() {
		return newError(CodeBadState, "the operation is in use by another goroutine or by its own callback")
	}
	defer o.turn.Unlock()
	o.run.ctx = ctx
	stop := context.AfterFunc(ctx, o.Cancel)
	defer stop()
	return byContext(ctx, function())
}

// Cancel ends a run under way, or one to come, with ErrCancelled.
func (o *Operation) Cancel() {
	defer runtime.KeepAlive(o)
	o.raw.Cancel()
}

// Close ends a run under way and frees the operation with its callbacks. It may be called again, and by any goroutine.
func (o *Operation) Close() error {
	defer runtime.KeepAlive(o)
	return call(o.raw.Close)
}

func (o *Operation) step(function func() int) (Action, error) {
	defer runtime.KeepAlive(o)
	action, err := get(function)
	return Action(action), err
}

// Begin gives the first action; of a saved operation the one that it was saved before.
func (o *Operation) Begin(now time.Time) (Action, error) {
	return o.step(func() int { return o.raw.Begin(unix(now)) })
}

// Receive takes what the peer has sent: any octets, as they are judged here.
func (o *Operation) Receive(message []byte, now time.Time) (Action, error) {
	return o.step(func() int { return o.raw.Receive(message, unix(now)) })
}

// Lost tells that what the action says could not be done.
func (o *Operation) Lost(why string, now time.Time) (Action, error) {
	return o.step(func() int { return o.raw.Lost(why, unix(now)) })
}

// Decide says whether the certificate is wanted. text: why not, for the error that the operation ends with.
func (o *Operation) Decide(accept bool, text string, now time.Time) (Action, error) {
	return o.step(func() int { return o.raw.Decide(accept, text, unix(now)) })
}

// Kept tells that the certificate is durable.
func (o *Operation) Kept(now time.Time) (Action, error) {
	return o.step(func() int { return o.raw.Kept(unix(now)) })
}

// Woken tells that CheckAfter has passed.
func (o *Operation) Woken(now time.Time) (Action, error) {
	return o.step(func() int { return o.raw.Woken(unix(now)) })
}

// Fetched takes what FetchURL has: a CRL, or an OCSPResponse.
func (o *Operation) Fetched(answer []byte, now time.Time) (Action, error) {
	return o.step(func() int { return o.raw.Fetched(answer, unix(now)) })
}

// Fetch gets what FetchURL has, over the http plugin, within the limits of the trust. When the context ends, so does the operation.
func (o *Operation) Fetch(ctx context.Context) ([]byte, error) {
	var answer []byte
	err := o.running(ctx, func() (err error) { answer, err = get(o.raw.Fetch); return err })
	return answer, err
}

// FetchURL is where it can be asked whether a signer is revoked: by GET for a CRL; where Message is not empty, by POST of that OCSPRequest.
func (o *Operation) FetchURL() (string, error) { return o.text(o.raw.Fetch_url) }

// Message is what is to be sent.
func (o *Operation) Message() ([]byte, error) { return o.octets(o.raw.Message) }

// Label is its path label (RFC 9483 6.1), such as "initialization".
func (o *Operation) Label() (string, error) { return o.text(o.raw.Label) }

// CheckAfter is how long the CA wants to be left in peace.
func (o *Operation) CheckAfter() (time.Duration, error) {
	defer runtime.KeepAlive(o)
	seconds, err := get(o.raw.Check_after)
	return time.Duration(seconds) * time.Second, err
}

// Save gives the state between two steps, for SavedOperation in this or another process. No key and no secret is in it, nor whom to trust.
func (o *Operation) Save() ([]byte, error) { return o.octets(o.raw.Save) }

// SetMemo puts octets of the application's own beside the state.
func (o *Operation) SetMemo(memo []byte) error {
	defer runtime.KeepAlive(o)
	return call(func() { o.raw.Set_memo(memo) })
}

func (o *Operation) octets(function func() []byte) ([]byte, error) {
	defer runtime.KeepAlive(o)
	return get(function)
}

func (o *Operation) text(function func() string) (string, error) {
	defer runtime.KeepAlive(o)
	return get(function)
}

func (o *Operation) pem(function func() string) (PEM, error) {
	defer runtime.KeepAlive(o)
	return getOctets(function)
}
