package cmpkit

import (
	"context"
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// Client asks one CA or RA for certificates, as one requester. It is made as a literal; Credentials and either URL or Transport are needed. Any number
// of goroutines may use it at the same time, as long as nobody changes it; its callbacks are then called at the same time, too.
//
// Callbacks come from the goroutine that called the method. What they return or panic with ends the operation and comes back from it: errors.Is and
// errors.As find it. They must not end their goroutine (runtime.Goexit, testing.T.FailNow), as frames of C++ are below them.
type Client struct {
	URL         string       // "http://127.0.0.1:8080"; docs/transports.md lists the schemes
	Credentials *Credentials // who we are
	Trust       *Trust       // whose answers count; with a shared secret that protects them it may be nil
	TLS         *TLS         // nil: none
	Library     *Library     // nil: DefaultLibrary
	Timeouts    Timeouts

	// Carries messages in the place of the URL's plugin.
	Transport Transport
	// Says whether the new certificate is wanted, which has the right key and a trusted path. nil: it is. What is not wanted is rejected to the CA.
	Policy func(ctx context.Context, offer Offer) (bool, error)
	// Makes certificate and chain (DER, the issuers in order) durable; it is confirmed to the CA only after nil.
	Keep func(ctx context.Context, certificate []byte, chain [][]byte) error
	// Hears that the CA has not decided; it is asked again after that time (RFC 9483 4.4). text: the CA's words, escaped.
	Waiting func(checkAfter time.Duration, text string)
	// Hears each message as it goes (sent) or came.
	Trace func(sent bool, message []byte)
	// Makes the state durable, in place of the one before, before each action: what is saved goes on in another process, see Resume and docs/resume.md.
	// Keep it where its owner alone can read and write.
	Save func(ctx context.Context, state []byte) error
	// The application's own octets, saved beside; see SavedMemo.
	Memo []byte
}

// Timeouts of an operation. Zero leaves the default. A context's deadline shortens Total, or takes its place.
type Timeouts struct {
	Connect  time.Duration // to the peer: 10 s
	Exchange time.Duration // one message and its answer: 60 s
	Total    time.Duration // the whole operation: 5 min. What brought no answer is sent again until then
}

// Transport carries one message and brings its answer. label: path label of RFC 9483 6.1, such as "initialization". An error ends the operation.
type Transport interface {
	Exchange(ctx context.Context, label string, request []byte) ([]byte, error)
}

// TransportFunc is a function as a Transport.
type TransportFunc func(ctx context.Context, label string, request []byte) ([]byte, error)

// Exchange calls the function.
func (f TransportFunc) Exchange(ctx context.Context, label string, request []byte) ([]byte, error) {
	return f(ctx, label, request)
}

// Offer is a certificate that the CA would issue.
type Offer struct {
	Certificate []byte // DER
	WithMods    bool   // granted otherwise than asked
	PeerText    string // the CA's words, escaped; "" if it said none
}

// Enroll gets a certificate: by ir, or cr (RFC 9483 4.1.1, 4.1.2).
func (c *Client) Enroll(ctx context.Context, options EnrollOptions) (*Issued, error) {
	return c.issue(ctx, func() (*Operation, error) { return c.EnrollOperation(options) })
}

// EnrollCSR gets a certificate for a PKCS#10 request, PEM or DER (p10cr, RFC 9483 4.1.4). Of the options Profile, Recipient, ImplicitConfirm count.
func (c *Client) EnrollCSR(ctx context.Context, csr []byte, options EnrollOptions) (*Issued, error) {
	return c.issue(ctx, func() (*Operation, error) { return c.CSROperation(csr, options) })
}

// Update replaces the certificate of the credentials (kur, RFC 9483 4.1.3). Without a subject and names, those of the old one stay.
func (c *Client) Update(ctx context.Context, options EnrollOptions) (*Issued, error) {
	return c.issue(ctx, func() (*Operation, error) { return c.UpdateOperation(options) })
}

func (c *Client) issue(ctx context.Context, begin func() (*Operation, error)) (*Issued, error) {
	operation, err := begin()
	if err != nil {
		return nil, err
	}
	defer operation.Close()
	if err := operation.Run(ctx); err != nil {
		return nil, err
	}
	return operation.Issued()
}

// Revoke has a certificate revoked (rr, RFC 9483 4.2).
func (c *Client) Revoke(ctx context.Context, options RevokeOptions) error {
	operation, err := c.RevokeOperation(options)
	if err != nil {
		return err
	}
	defer operation.Close()
	return operation.Run(ctx)
}

// Resume goes on with a saved enrollment, update or revocation, where it was; after a revocation what it gives is nil. key: to be certified; nil where none was
// given. Credentials, trust and key must be those of the operation: another key is CodeBadKey, other credentials are ErrProtection. For a saved
// support message take SavedOperation.
func (c *Client) Resume(ctx context.Context, state []byte, key *Key) (*Issued, error) {
	operation, err := c.SavedOperation(state, key)
	if err != nil {
		return nil, err
	}
	defer operation.Close()
	if err := operation.Run(ctx); err != nil {
		return nil, err
	}
	issued, err := operation.Issued()
	if e, is := err.(*Error); is && e.Code == CodeBadState { // there is no certificate: it was a revocation
		return nil, nil
	}
	return issued, err
}

// operation makes one of what is ordered, with all that the client says.
func (c *Client) operation(order func(raw.Context, raw.Credentials, raw.Trust) raw.Operation) (*Operation, error) {
	defer runtime.KeepAlive(c)
	library, err := c.Library.orDefault()
	if err != nil {
		return nil, err
	}
	if c.Credentials == nil {
		return nil, newError(CodeBadArgument, "a client needs credentials")
	}
	made, err := get(func() raw.Operation { return order(library.raw, c.Credentials.raw, c.Trust.rawOrNil()) })
	runtime.KeepAlive(library)
	if err != nil {
		return nil, err
	}
	operation := &Operation{raw: made, url: c.URL, tls: c.TLS, total: c.Timeouts.Total, run: &run{}}
	runtime.AddCleanup(operation, raw.DeleteOperation, made)
	if err := c.equip(operation); err != nil {
		operation.Close()
		return nil, err
	}
	return operation, nil
}

// equip gives callbacks, timeouts and the memo to an operation.
func (c *Client) equip(o *Operation) error {
	defer runtime.KeepAlive(o)
	var all steps
	if c.Transport != nil {
		all.step(func() { o.raw.Set_exchange(raw.NewDirectorCarrier(&carrier{o.run, c.Transport})) })
	}
	if c.Policy != nil {
		all.step(func() { o.raw.Set_policy(raw.NewDirectorPolicy(&policy{o.run, c.Policy})) })
	}
	if c.Keep != nil {
		all.step(func() { o.raw.Set_keep(raw.NewDirectorKeeper(&keeper{o.run, c.Keep})) })
	}
	if c.Waiting != nil {
		all.step(func() { o.raw.Set_waiting(raw.NewDirectorWaiter(&waiter{c.Waiting})) })
	}
	if c.Trace != nil {
		all.step(func() { o.raw.Set_trace(raw.NewDirectorTracer(&tracer{c.Trace})) })
	}
	if c.Save != nil {
		all.step(func() { o.raw.Set_save(raw.NewDirectorSaver(&saver{o.run, c.Save})) })
	}
	if c.Timeouts != (Timeouts{}) {
		all.step(func() {
			o.raw.Set_timeouts(milliseconds(c.Timeouts.Connect), milliseconds(c.Timeouts.Exchange), milliseconds(c.Timeouts.Total))
		})
	}
	all.octets(o.raw.Set_memo, c.Memo)
	return all.err
}
