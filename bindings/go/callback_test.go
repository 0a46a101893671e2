package cmpkit_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

var errOwn = errors.New("no room on the disk")

func contains(t testing.TB, text, part string) {
	t.Helper()
	if !strings.Contains(text, part) {
		t.Errorf("%q is not in %q", part, text)
	}
}

func TestPolicyTakesOrRejectsWhatIsOffered(t *testing.T) {
	p := newPlant(t)
	client := p.client()
	var offered cmpkit.Offer
	client.Policy = func(ctx context.Context, offer cmpkit.Offer) (bool, error) {
		offered = offer
		return !strings.Contains(string(offer.Certificate), "unwanted"), ctx.Err()
	}
	issued := one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=wanted"}))(t)
	equal(t, string(offered.Certificate), string(issued.DER))

	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=unwanted"})
	equal(t, expect(t, err, cmpkit.CodeWrongCertificate, cmpkit.ErrProtocol).Own, nil)
	equal(t, len(one(p.responder.CA("").Find(cmpkit.Search{Subject: "unwanted", State: "revoked"}))(t)), 1)
}

func TestKeepGetsCertificateAndChain(t *testing.T) {
	p := newPlant(t)
	client := p.client()
	var kept []byte
	var issuers [][]byte
	client.Keep = func(_ context.Context, certificate []byte, chain [][]byte) error {
		kept, issuers = certificate, chain
		return nil
	}
	issued := one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	equal(t, string(kept), string(issued.DER))
	chain := one(issued.Chain.Certificates())(t)
	equal(t, len(issuers), len(chain))
	equal(t, string(issuers[0]), string(chain[0].Raw))
}

func TestWhatACallbackReturnsComesBackAsTheVerySameError(t *testing.T) {
	p := newPlant(t)
	for name, spoil := range map[string]func(*cmpkit.Client){
		"exchange": func(c *cmpkit.Client) {
			c.Transport = cmpkit.TransportFunc(func(context.Context, string, []byte) ([]byte, error) { return nil, errOwn })
		},
		"policy": func(c *cmpkit.Client) {
			c.Policy = func(context.Context, cmpkit.Offer) (bool, error) { return true, errOwn }
		},
		"keep": func(c *cmpkit.Client) { c.Keep = func(context.Context, []byte, [][]byte) error { return errOwn } },
		"save": func(c *cmpkit.Client) { c.Save = func(context.Context, []byte) error { return errOwn } },
	} {
		t.Run(name, func(t *testing.T) {
			client := p.client()
			spoil(client)
			_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
			e := expect(t, err, cmpkit.CodeCallbackFailed, cmpkit.ErrCallback, errOwn)
			equal(t, e.Own, errOwn)
			contains(t, e.Text, "no room on the disk")
		})
	}
}

func TestAPanicOfACallbackComesBackWithValueAndStack(t *testing.T) {
	p := newPlant(t)
	for name, spoil := range map[string]func(*cmpkit.Client){
		"exchange": func(c *cmpkit.Client) {
			c.Transport = cmpkit.TransportFunc(func(context.Context, string, []byte) ([]byte, error) { panic(errOwn) })
		},
		"policy":  func(c *cmpkit.Client) { c.Policy = func(context.Context, cmpkit.Offer) (bool, error) { panic(errOwn) } },
		"keep":    func(c *cmpkit.Client) { c.Keep = func(context.Context, []byte, [][]byte) error { panic(errOwn) } },
		"save":    func(c *cmpkit.Client) { c.Save = func(context.Context, []byte) error { panic(errOwn) } },
		"trace":   func(c *cmpkit.Client) { c.Trace = func(bool, []byte) { panic(errOwn) } },
		"waiting": func(c *cmpkit.Client) { c.Waiting = func(time.Duration, string) { panic(errOwn) } },
	} {
		t.Run(name, func(t *testing.T) {
			client := p.client()
			spoil(client)
			profile := map[string]string{"waiting": "slow"}[name]
			_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", Profile: profile})
			expect(t, err, cmpkit.CodeCallbackFailed, cmpkit.ErrCallback, errOwn)
			var panicked *cmpkit.PanicError
			equal(t, errors.As(err, &panicked), true)
			equal(t, panicked.Value, any(errOwn))
			contains(t, string(panicked.Stack), "callback_test.go")
		})
	}
}

func TestTraceHearsEachMessage(t *testing.T) {
	p := newPlant(t)
	client := p.client()
	var went, came []string
	client.Trace = func(sent bool, message []byte) {
		seen, err := cmpkit.Show(message)
		if err != nil {
			panic(err)
		}
		if sent {
			went = append(went, strings.SplitN(seen.Summary, ":", 2)[0])
		} else {
			came = append(came, strings.SplitN(seen.Summary, ":", 2)[0])
		}
	}
	one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	equal(t, strings.Join(went, " "), "ir certConf")
	equal(t, len(came), 2)
}

// lines is a writer for any goroutine.
type lines struct {
	lock sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(octets []byte) (int, error) {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.Write(octets)
}

func (l *lines) String() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return l.text.String()
}

func TestTheLoggerHearsTheLibrary(t *testing.T) {
	var heard lines
	library := one(cmpkit.NewLibrary(cmpkit.LibraryOptions{Logger: slog.New(slog.NewTextHandler(&heard, &slog.HandlerOptions{Level: slog.LevelDebug}))}))(t)
	p := newPlant(t, func(o *cmpkit.ResponderOptions) { o.Library = library })
	p.enrolled(t, "dev1")
	contains(t, heard.String(), "dev1")
}

type panicking struct{ slog.Handler }

func (panicking) Handle(context.Context, slog.Record) error { panic("no log today") }

func TestALoggerThatPanicsEndsNothing(t *testing.T) {
	library := one(cmpkit.NewLibrary(cmpkit.LibraryOptions{Logger: slog.New(panicking{slog.NewTextHandler(&lines{}, nil)})}))(t)
	p := newPlant(t, func(o *cmpkit.ResponderOptions) { o.Library = library })
	reported := heardByLog(t)
	p.enrolled(t, "dev1")
	contains(t, reported.String(), "no log today")
}
