package cmpkit

import (
	"context"
	"encoding/json"
	"log"
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// Responder is an authority: a CA, several behind one address, or an RA, as its configuration says. Any number of goroutines may use it.
type Responder struct {
	raw     raw.Responder
	onError func(error)
}

// ResponderOptions says what authority to be. Config is needed.
//
// Callbacks come from any thread of the responder, at the same time, and the same may be asked again. They refuse by *Refused, and say by *Later that there is
// no answer yet; any other error, and a panic, refuses the requester without words, and OnError hears of it: the server goes on. They must not close the
// responder, nor end their goroutine (runtime.Goexit, testing.T.FailNow). A callback that refers to the Responder keeps it from the garbage collector; Close it then.
type ResponderOptions struct {
	Config  string   // TOML, see docs/configuration.md
	Folder  string   // where its relative paths begin; "": the current folder
	Library *Library // nil: DefaultLibrary

	// Says what a requester is to be called, whatever it asks for; before the inventory and the patterns of the profiles. Who is "own", with a certificate of
	// this CA, keeps its names: it can only be refused. Later refuses, here.
	Naming func(Question) (Names, error)
	// Of an RA: lets a first message go on that a rule would let go on. Names count where the rule's action is "modify".
	Overseer func(Question) (Names, error)
	// Of an RA: answers for an [[upstream]] with adapter = "application", whose CA knows PKCS#10 alone. The certificate comes first, then its issuers, as PEM, or as
	// DER one behind the other.
	Adapter func(AdapterRequest) ([]byte, error)
	// Answers a genm that asks for infoTypes of the application's own: by OID, dotted. value: DER; nil: absent. So is the answer. Of Refused the requester learns
	// notAuthorized alone.
	Information map[string]func(requester string, value []byte) ([]byte, error)
	// Hears what came of requests and of operators' words, after the fact. The requester's answer waits for its return.
	Events func(Event)
	// Hears what goes wrong in these callbacks; nil: the log package does.
	OnError func(error)
}

// Refused refuses a requester, who is told the text: one short line.
type Refused struct{ Text string }

func (r *Refused) Error() string { return "refused: " + r.Text }

// Later says that there is no answer yet: the requester polls (RFC 9483 4.4), and the same is asked again.
type Later struct {
	After  time.Duration // 1 s to a year, in whole seconds
	Reason string        // for the requester; "": none
}

func (l *Later) Error() string { return "later: " + l.Reason }

// seconds of a duration, rounded up.
func seconds(d time.Duration) int64 { return int64((d + time.Second - 1) / time.Second) }

// NewResponder makes a Responder. Close it, or leave it to the garbage collector.
func NewResponder(options ResponderOptions) (*Responder, error) {
	library, err := options.Library.orDefault()
	if err != nil {
		return nil, err
	}
	made, err := get(func() raw.Responder { return raw.NewResponder(library.raw, options.Config, options.Folder) })
	runtime.KeepAlive(library)
	if err != nil {
		return nil, err
	}
	r := &Responder{made, options.OnError}
	if r.onError == nil {
		r.onError = func(err error) { log.Print(err) }
	}
	runtime.AddCleanup(r, freeBlocking(raw.DeleteResponder), made)
	defer runtime.KeepAlive(r)
	if err := options.equip(made, r.onError); err != nil {
		return nil, err
	}
	return r, nil
}

func (o *ResponderOptions) equip(r raw.Responder, report func(error)) error {
	var all steps
	if o.Naming != nil {
		all.step(func() { r.Set_naming(raw.NewDirectorNamer(&namer{o.Naming, report})) })
	}
	if o.Overseer != nil {
		all.step(func() { r.Set_overseer(raw.NewDirectorOverseer(&overseer{o.Overseer, report})) })
	}
	if o.Adapter != nil {
		all.step(func() { r.Set_adapter(raw.NewDirectorAdapter(&adapter{o.Adapter, report})) })
	}
	for infoType, inform := range o.Information {
		all.step(func() { r.Set_information(infoType, raw.NewDirectorInformer(&informer{inform, report})) })
	}
	if o.Events != nil {
		all.step(func() { r.Set_events(raw.NewDirectorAudience(&audience{o.Events, report})) })
	}
	return all.err
}

// Request is a message that came, and what is known of its way.
type Request struct {
	Message []byte    // any octets: they are judged here
	Address string    // who asks, for the log; may be ""
	Profile string    // the name after /p/ in the path, of a profile or a CA; may be ""
	Time    time.Time // zero: now
}

// Answer gives the answer to a message; one that is refused is answered too. It may block while it is asked whether a signer is revoked: when the context ends it
// returns at once, and the answer is lost; the same message again gets the same one.
func (r *Responder) Answer(ctx context.Context, request Request) ([]byte, error) {
	now := unix(orNow(request.Time))
	return await(ctx, func() ([]byte, error) {
		defer runtime.KeepAlive(r)
		return get(func() []byte { return r.raw.Answer(request.Message, request.Address, request.Profile, now) })
	})
}

// Tick ends what is overdue, renews the CRL where it is due, and asks for other PKIs' CRLs where the configuration says so. A listener does this by itself. now zero: now.
func (r *Responder) Tick(ctx context.Context, now time.Time) error {
	at := unix(orNow(now))
	_, err := await(ctx, func() (struct{}, error) {
		defer runtime.KeepAlive(r)
		return struct{}{}, call(func() { r.raw.Tick(at) })
	})
	return err
}

// Reload goes by another configuration from now on. Requests under way end as they began, listeners stay; after a failure nothing has changed. unchanged: the keys
// that need another responder: "listen", "store", "server", whether there is TLS.
func (r *Responder) Reload(config, folder string) (unchanged []string, err error) {
	defer runtime.KeepAlive(r)
	return decoded[[]string](get(func() string { return r.raw.Reload(config, folder) }))
}

// Close frees it with its callbacks when calls under way have ended and its listeners are closed. It may be called again, and by any goroutine.
func (r *Responder) Close() error {
	defer runtime.KeepAlive(r)
	return call(r.raw.Close)
}

// Event is what came of a request or of an operator's word (docs/registration.md). What does not apply is empty.
type Event struct {
	Time          time.Time       `json:"time"`
	Event         string          `json:"event"` // "enrolled", "updated", "revoked", "waiting", "approved", "rejected", "refused", "failed"
	CA            string          `json:"ca"`
	TransactionID string          `json:"transactionID"`
	Requester     string          `json:"requester"` // "secret:dev1", "certificate:<SHA-256>"
	By            string          `json:"by"`
	Device        string          `json:"device"`
	DeviceSerial  string          `json:"deviceSerial"`
	Asked         string          `json:"asked"` // body of the first message
	Profile       string          `json:"profile"`
	Subject       string          `json:"subject"`
	Serial        string          `json:"serial"`
	NotAfter      time.Time       `json:"notAfter"`
	Rule          string          `json:"rule"`
	Upstream      string          `json:"upstream"`
	Reason        string          `json:"reason"`
	JSON          json.RawMessage `json:"-"` // all of it, as it goes to events.file
}

func orNow(t time.Time) time.Time {
	if t.IsZero() {
		return time.Now()
	}
	return t
}
