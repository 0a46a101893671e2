package cmpkit_test

import (
	"context"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

// collected runs the garbage collector until what hold has left behind is gone. A callback refers to a value whose cleanup tells: if the collector takes
// that, the library has let go of the callback, and so of the object that it belonged to.
func collected(t *testing.T, hold func(mark *[16]byte)) {
	t.Helper()
	gone := make(chan struct{})
	func() {
		mark := new([16]byte)
		runtime.AddCleanup(mark, func(struct{}) { close(gone) }, struct{}{})
		hold(mark)
	}()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		runtime.GC()
		select {
		case <-gone:
			return
		case <-time.After(10 * time.Millisecond): // cleanups run in a goroutine of their own
		}
	}
	t.Error("it was never collected")
}

func TestWhatNobodyClosesIsCollected(t *testing.T) {
	p := newPlant(t)
	t.Run("operation", func(t *testing.T) {
		collected(t, func(mark *[16]byte) {
			client := p.client()
			client.Trace = func(bool, []byte) { mark[0]++ }
			one(client.EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
		})
	})
	t.Run("operation that its own callback refers to, closed", func(t *testing.T) {
		collected(t, func(mark *[16]byte) {
			var operation *cmpkit.Operation
			client := p.client()
			client.Trace = func(bool, []byte) { mark[0]++; operation.Cancel() }
			operation = one(client.EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
			operation.Close()
		})
	})
	t.Run("key of a signer", func(t *testing.T) {
		collected(t, func(mark *[16]byte) {
			one(cmpkit.NewSignerKey(&marked{opaque{Signer: goKeys(t)["P-256"]}, mark}))(t)
		})
	})
	t.Run("responder and listener with callbacks", func(t *testing.T) {
		collected(t, func(mark *[16]byte) {
			responder := one(cmpkit.NewResponder(cmpkit.ResponderOptions{
				Config: p.config, Folder: p.folder,
				Naming: func(cmpkit.Question) (cmpkit.Names, error) { mark[0]++; return cmpkit.Names{}, nil },
				Events: func(cmpkit.Event) { mark[1]++ },
			}))(t)
			listener := one(responder.Listen("http://127.0.0.1:0"))(t)
			client := &cmpkit.Client{URL: one(listener.URLs())(t)[0], Credentials: p.device, Trust: p.trust}
			one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
		})
	})
}

type marked struct {
	opaque
	mark *[16]byte
}

func TestClosingTwiceIsFineAndUseAfterwardsIsAnError(t *testing.T) {
	p := newPlant(t)
	key := freshKey(t)
	tls := one(cmpkit.NewTLS(cmpkit.TLSOptions{Anchors: p.root}))(t)
	trust := one(cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: p.root}))(t)
	credentials := one(cmpkit.NewSecretCredentials("dev1", []byte(secret), cmpkit.SecretOptions{}))(t)
	client := &cmpkit.Client{Credentials: credentials, Trust: trust, TLS: tls, URL: "http://127.0.0.1:1"}
	operation := one(client.EnrollOperation(cmpkit.EnrollOptions{Key: key, Subject: "CN=dev1"}))(t)
	for range 2 {
		for _, open := range []interface{ Close() error }{key, tls, trust, credentials, operation, p.responder} {
			must(t, open.Close())
		}
	}
	_, err := key.PEM(nil)
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
	_, err = client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t)})
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
	expect(t, operation.Run(soon(t)), cmpkit.CodeBadState, cmpkit.ErrBadState)
	_, err = p.responder.Listen("")
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
	expect(t, p.responder.CA("").Approve("x"), cmpkit.CodeBadState, cmpkit.ErrBadState)
	operation.Cancel()
}

// resident is how many octets of memory this process holds.
func resident(t testing.TB) int {
	fields := strings.Fields(string(one(os.ReadFile("/proc/self/statm"))(t)))
	return one(strconv.Atoi(fields[1]))(t) * os.Getpagesize()
}

// Ten thousand operations, each with a callback, signatures in both directions and a failure in every tenth. If one of them left 1 KiB behind, that would be 10 MiB; the
// bound is 8 MiB, since Go's heap breathes by a few.
func TestTenThousandOperationsLeaveNothingBehind(t *testing.T) {
	p := newPlant(t, func(o *cmpkit.ResponderOptions) { // the server's records of what it has answered are not what is asked about
		o.Config = strings.Replace(o.Config, `keep_transactions = "15m"`, `keep_transactions = "1s"`, 1)
	})
	issued, key := p.enrolled(t, "dev1")
	client := p.by(t, issued, key)
	carry := client.Transport
	ask := func(count int) {
		for i := range count {
			failing := i%10 == 0
			client.Transport = cmpkit.TransportFunc(func(ctx context.Context, label string, request []byte) ([]byte, error) {
				if failing {
					return nil, errOwn
				}
				return carry.Exchange(ctx, label, request)
			})
			if _, err := client.CACertificates(context.Background(), cmpkit.GetOptions{}); (err != nil) != failing {
				t.Fatalf("operation %d: %v", i, err)
			}
			if i%100 == 0 {
				must(t, p.responder.Tick(context.Background(), time.Time{}))
			}
		}
		runtime.GC()
		runtime.GC()
	}
	ask(manyOperations / 5)
	before := resident(t)
	began := time.Now()
	ask(manyOperations)
	grown := resident(t) - before
	t.Logf("%d operations in %v: %d KiB more", manyOperations, time.Since(began).Round(time.Millisecond), grown/1024)
	if grown > mostGrowth {
		t.Errorf("memory has grown by %d KiB", grown/1024)
	}
}
