package cmpkit_test

import (
	"context"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

// Beside the profile that InitCA writes: one that waits for the operator.
const moreProfiles = `
[[profile]]
name               = "slow"
secret_subjects    = ["*"]
secret_sans        = ["*"]
approve_by_hand    = true
poll_after         = "1s"
[[profile]]
name               = "tls"
secret_subjects    = ["*"]
secret_sans        = ["*"]
extended_key_usage = ["id-kp-serverAuth", "id-kp-clientAuth"]
[[profile]]
name               = "ra"
requesters         = ["secret"]
secret_subjects    = ["CN={reference},O=Plant"]
extended_key_usage = ["id-kp-cmcRA"]
[[support.information]]
type = "1.3.6.1.4.1.99999.1"
text = "hello"
[[secret]]
reference = "ra1"
secret    = "file:first.secret"
profile   = "ra"
uses      = 0
`

const secret = "correct horse battery staple"

// plant is a CA in this process, in a folder of the test's own.
type plant struct {
	folder, config string
	root           []byte
	responder      *cmpkit.Responder
	trust          *cmpkit.Trust
	device         *cmpkit.Credentials // the secret of dev1
}

func founded(t testing.TB) *plant {
	t.Helper()
	p := &plant{folder: filepath.Join(t.TempDir(), "ca")}
	must(t, cmpkit.InitCA(p.folder, cmpkit.CAOptions{Subject: "/O=Plant/CN=Plant Root", Listen: "http://127.0.0.1:0", Reference: "dev1", Secret: secret, RASigner: true}))
	text := string(one(os.ReadFile(filepath.Join(p.folder, "cmpkit.toml")))(t))
	text = strings.Replace(text, "[store]\nfile = \"store.db\"", "", 1)
	text = strings.Replace(text, "uses      = 1 ", "uses      = 0 ", 1)
	text = strings.Replace(text, "tries     = 10", "tries     = 0", 1)
	p.config = text + moreProfiles
	p.root = one(os.ReadFile(filepath.Join(p.folder, "root.pem")))(t)
	p.trust = one(cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: p.root}))(t)
	p.device = one(cmpkit.NewSecretCredentials("dev1", []byte(secret), cmpkit.SecretOptions{}))(t)
	return p
}

func newPlant(t testing.TB, changes ...func(*cmpkit.ResponderOptions)) *plant {
	t.Helper()
	p := founded(t)
	options := cmpkit.ResponderOptions{Config: p.config, Folder: p.folder, OnError: func(err error) { t.Errorf("the server reports: %v", err) }}
	for _, change := range changes {
		change(&options)
	}
	p.responder = one(cmpkit.NewResponder(options))(t)
	t.Cleanup(func() { p.responder.Close() })
	return p
}

// listen serves it over HTTP on a free port.
func (p *plant) listen(t testing.TB) string {
	t.Helper()
	listener := one(p.responder.Listen("http://127.0.0.1:0"))(t)
	t.Cleanup(func() { listener.Close() })
	return one(listener.URLs())(t)[0]
}

// transport answers from within the process, under a profile of the path.
func (p *plant) transport(profile string) cmpkit.TransportFunc {
	return func(ctx context.Context, label string, request []byte) ([]byte, error) {
		return p.responder.Answer(ctx, cmpkit.Request{Message: request, Address: "127.0.0.1", Profile: profile})
	}
}

// client is dev1 with its secret, over such a transport.
func (p *plant) client() *cmpkit.Client {
	return &cmpkit.Client{Credentials: p.device, Trust: p.trust, Transport: p.transport("")}
}

// by is a client that has a certificate already.
func (p *plant) by(t testing.TB, issued *cmpkit.Issued, key *cmpkit.Key) *cmpkit.Client {
	t.Helper()
	return &cmpkit.Client{Credentials: one(issued.Credentials(key))(t), Trust: p.trust, Transport: p.transport("")}
}

// enrolled gets a certificate and gives it with its key.
func (p *plant) enrolled(t testing.TB, name string) (*cmpkit.Issued, *cmpkit.Key) {
	t.Helper()
	key := freshKey(t)
	return one(p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "CN=" + name}))(t), key
}

func freshKey(t testing.TB) *cmpkit.Key {
	t.Helper()
	return one(cmpkit.GenerateKey("ec:P-256"))(t)
}

// soon is a context that ends before the test is given up.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// one is for functions that must not fail here: one(f())(t).
func one[T any](value T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return value
	}
}

// within takes what a channel brings, with a deadline.
func within[T any](t testing.TB, from <-chan T) T {
	t.Helper()
	select {
	case got := <-from:
		return got
	case <-time.After(20 * time.Second):
		t.Fatal("nothing came within 20 s")
		panic("unreachable")
	}
}

func equal[T comparable](t testing.TB, got, wanted T) {
	t.Helper()
	if got != wanted {
		t.Errorf("got %v, wanted %v", got, wanted)
	}
}

// heardByLog is what goes to the log package until the test ends.
func heardByLog(t testing.TB) *lines {
	heard := &lines{}
	log.SetOutput(heard)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	return heard
}
