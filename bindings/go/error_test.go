package cmpkit_test

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

// expect holds an error against its code and kind, and gives it.
func expect(t testing.TB, err error, code cmpkit.Code, kinds ...error) *cmpkit.Error {
	t.Helper()
	var e *cmpkit.Error
	if !errors.As(err, &e) {
		t.Fatalf("not an error of cmpkit: %v", err)
	}
	if e.Code != code {
		t.Errorf("code %v, wanted %v: %v", e.Code, code, err)
	}
	for _, kind := range kinds {
		if !errors.Is(err, kind) {
			t.Errorf("it is not %v: %v", kind, err)
		}
	}
	return e
}

var kinds = map[string]error{
	"BadArgument": cmpkit.ErrBadArgument, "OutOfMemory": cmpkit.ErrOutOfMemory, "BadState": cmpkit.ErrBadState, "Unsupported": cmpkit.ErrUnsupported,
	"NotFound": cmpkit.ErrNotFound, "Cancelled": cmpkit.ErrCancelled, "Io": cmpkit.ErrIO, "BadConfiguration": cmpkit.ErrBadConfiguration, "Exists": cmpkit.ErrExists,
	"Malformed": cmpkit.ErrMalformed, "Crypto": cmpkit.ErrCrypto, "Protection": cmpkit.ErrProtection, "Protocol": cmpkit.ErrProtocol, "Rejected": cmpkit.ErrRejected,
	"Store": cmpkit.ErrStore, "Transport": cmpkit.ErrTransport, "Deadline": cmpkit.ErrDeadline, "Callback": cmpkit.ErrCallback, "Internal": cmpkit.ErrInternal,
}

func TestEachCodeHasTheNameAndKindOfTheTable(t *testing.T) {
	text, err := os.ReadFile("../errors.tsv")
	if errors.Is(err, os.ErrNotExist) {
		t.Fatal("bindings/errors.tsv is beside this folder in the tree of cmpkit")
	}
	must(t, err)
	rows := 0
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		cells := strings.Split(line, "\t")
		number, err := strconv.Atoi(cells[0])
		if err != nil {
			continue // a comment, or the head
		}
		rows++
		code := cmpkit.Code(number)
		equal(t, code.String(), cells[1])
		if kind := kinds[cells[2]]; kind == nil || !errors.Is(&cmpkit.Error{Code: code}, kind) {
			t.Errorf("%d is not of the kind %s", number, cells[2])
		}
	}
	equal(t, rows, cmpkit.NumberOfCodes)
	equal(t, cmpkit.Code(-12345).String(), "unknown")
}

func TestKindsThatAreAlsoAnother(t *testing.T) {
	rejected, late := &cmpkit.Error{Code: cmpkit.CodeRejected}, &cmpkit.Error{Code: cmpkit.CodeDeadline}
	for _, is := range []bool{errors.Is(rejected, cmpkit.ErrProtocol), errors.Is(late, cmpkit.ErrTransport), errors.Is(late, context.DeadlineExceeded),
		!errors.Is(rejected, cmpkit.ErrTransport), !errors.Is(late, cmpkit.ErrProtocol), errors.Is(&cmpkit.Error{Code: cmpkit.CodeCancelled}, context.Canceled)} {
		equal(t, is, true)
	}
}

func TestARefusalTellsLayerPathClauseAndFailInfo(t *testing.T) {
	p := newPlant(t)
	unwanted := one(cmpkit.GenerateKey("ed448"))(t) // the profile has a list of keys
	_, err := p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: unwanted, Subject: "CN=dev1"})
	e := expect(t, err, cmpkit.CodeRejected, cmpkit.ErrRejected, cmpkit.ErrProtocol)
	equal(t, e.Layer, "cmp")
	equal(t, e.FailInfoName, "badCertTemplate")
	equal(t, e.FailInfo, 19)
	if !strings.Contains(err.Error(), "badCertTemplate") {
		t.Errorf("the text does not tell it: %v", err)
	}

	client := p.client()
	client.Credentials = one(cmpkit.NewSecretCredentials("dev1", []byte("a wrong secret"), cmpkit.SecretOptions{}))(t)
	_, err = client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	e = expect(t, err, cmpkit.CodeProtectionMissing, cmpkit.ErrProtection)
	equal(t, e.Layer, "protection")
	equal(t, e.Path, "body.error")
	equal(t, e.Clause, "RFC 9483 3.6")
	equal(t, e.FailInfoName, "badMessageCheck")
}

func TestKindsOfErrorsComeFromWhereTheyArise(t *testing.T) {
	p := newPlant(t)
	options := cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}
	answering := func(change func([]byte) []byte) error {
		client := p.client()
		client.Transport = cmpkit.TransportFunc(func(ctx context.Context, label string, request []byte) ([]byte, error) {
			answer, err := p.transport("")(ctx, label, request)
			return change(answer), err
		})
		client.Timeouts.Total = 300 * time.Millisecond
		_, err := client.Enroll(soon(t), options)
		return err
	}
	enroll := func(client *cmpkit.Client) error { _, err := client.Enroll(soon(t), options); return err }
	at := func(url string) error {
		client := p.client()
		client.Transport, client.URL = nil, url
		client.Timeouts.Total = 300 * time.Millisecond
		return enroll(client)
	}
	_, config := cmpkit.NewResponder(cmpkit.ResponderOptions{Config: "listen = 7"})
	_, key := cmpkit.LoadKey([]byte("no key"), nil)
	_, kind := cmpkit.GenerateKey("rot:13")
	_, show := cmpkit.Show([]byte{0x30, 0x82, 0x01})
	_, state := p.client().SavedOperation([]byte("no state"), nil)
	_, anchors := cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: []byte{0x30, 0}})
	_, store := cmpkit.OpenKey("nothing:there", nil)
	stranger := founded(t)
	untrusting := p.client()
	untrusting.Trust = stranger.trust
	signed, signedKey := p.enrolled(t, "signed")
	untrusting.Credentials = one(signed.Credentials(signedKey))(t)
	untrusting.Timeouts.Total = 300 * time.Millisecond
	_, untrusted := untrusting.Update(soon(t), cmpkit.EnrollOptions{Key: freshKey(t)})
	for _, c := range []struct {
		name string
		err  error
		code cmpkit.Code
		kind error
	}{
		{"no plugin", at("gopher://127.0.0.1"), cmpkit.CodeNoPlugin, cmpkit.ErrTransport},
		{"no peer", at("http://127.0.0.1:1"), cmpkit.CodeDeadline, cmpkit.ErrDeadline},
		{"bad URL", at("http://u@127.0.0.1"), cmpkit.CodeBadURL, cmpkit.ErrTransport},
		{"NUL in a text", at("http://127.0.0.1:1/\x00"), cmpkit.CodeBadArgument, cmpkit.ErrBadArgument},
		{"configuration", config, cmpkit.CodeBadConfiguration, cmpkit.ErrBadConfiguration},
		{"key", key, cmpkit.CodeBadKey, cmpkit.ErrCrypto},
		{"kind of key", kind, cmpkit.CodeBadArgument, cmpkit.ErrBadArgument},
		{"truncated", show, cmpkit.CodeTruncated, cmpkit.ErrMalformed},
		{"state", state, cmpkit.CodeTruncated, cmpkit.ErrMalformed},
		{"certificate", anchors, cmpkit.CodeMissing, cmpkit.ErrMalformed},
		{"store of keys", store, cmpkit.CodeUnsupported, cmpkit.ErrUnsupported},
		{"there already", cmpkit.InitCA(p.folder, cmpkit.CAOptions{Subject: "CN=x"}), cmpkit.CodeExists, cmpkit.ErrExists},
		{"no such file", func() error {
			_, err := cmpkit.NewResponder(cmpkit.ResponderOptions{Config: p.config, Folder: t.TempDir()})
			return err
		}(), cmpkit.CodeBadConfiguration, cmpkit.ErrIO}, // by its cause
		{"no such CA", p.responder.CA("nobody").Approve("77"), cmpkit.CodeNotFound, cmpkit.ErrNotFound},
		{"no RA", p.responder.RA().Approve("77"), cmpkit.CodeBadState, cmpkit.ErrBadState},
		{"garbage for an answer", answering(func([]byte) []byte { return []byte("garbage") }), cmpkit.CodeTruncated, cmpkit.ErrMalformed},
		{"a changed answer", answering(func(a []byte) []byte { a[len(a)-5] ^= 1; return a }), cmpkit.CodeProtectionMismatch, cmpkit.ErrProtection},
		{"untrusted", untrusted, cmpkit.CodeSignerNotTrusted, cmpkit.ErrCrypto},
	} {
		t.Run(c.name, func(t *testing.T) {
			expect(t, c.err, c.code, c.kind)
		})
	}
}
