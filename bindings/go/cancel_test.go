package cmpkit_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

// deaf is a server that takes connections and says nothing; heard tells when somebody has come.
func deaf(t testing.TB) (url string, heard <-chan struct{}) {
	t.Helper()
	listener := one(net.Listen("tcp", "127.0.0.1:0"))(t)
	came := make(chan struct{}, 64)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { connection.Close() })
			came <- struct{}{}
		}
	}()
	return "http://" + listener.Addr().String(), came
}

// begun runs an enrollment that waits for the deaf server.
func begun(t testing.TB, ctx context.Context, p *plant) (*cmpkit.Operation, <-chan error) {
	t.Helper()
	url, heard := deaf(t)
	client := &cmpkit.Client{URL: url, Credentials: p.device, Trust: p.trust}
	operation := one(client.EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	done := make(chan error, 1)
	go func() { done <- operation.Run(ctx) }()
	within(t, heard)
	return operation, done
}

func TestACancelledContextEndsARun(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	_, done := begun(t, ctx, founded(t))
	cancel()
	expect(t, within(t, done), cmpkit.CodeCancelled, cmpkit.ErrCancelled, context.Canceled)
}

func TestTheCauseOfAContextIsFound(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	_, done := begun(t, ctx, founded(t))
	cancel(errPower)
	expect(t, within(t, done), cmpkit.CodeCancelled, cmpkit.ErrCancelled, context.Canceled, errPower)
}

func TestADeadlineEndsARun(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	url, _ := deaf(t) // on a busy machine the time may be over before anybody has come there
	p := founded(t)
	client := &cmpkit.Client{URL: url, Credentials: p.device, Trust: p.trust}
	_, err := client.Enroll(ctx, cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	expect(t, err, cmpkit.CodeDeadline, cmpkit.ErrDeadline, context.DeadlineExceeded)
	equal(t, errors.Is(err, context.Canceled), false)
}

func TestAContextThatIsOverBeginsNothing(t *testing.T) {
	p := newPlant(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := p.client().Enroll(ctx, cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	expect(t, err, cmpkit.CodeCancelled, context.Canceled)
	_, err = p.responder.Answer(ctx, cmpkit.Request{Message: []byte("x")})
	expect(t, err, cmpkit.CodeCancelled, context.Canceled)
}

func TestAnotherGoroutineCancelsARun(t *testing.T) {
	operation, done := begun(t, context.Background(), founded(t))
	operation.Cancel()
	expect(t, within(t, done), cmpkit.CodeCancelled, cmpkit.ErrCancelled)
}

func TestClosingEndsARun(t *testing.T) {
	operation, done := begun(t, context.Background(), founded(t))
	must(t, operation.Close())
	expect(t, within(t, done), cmpkit.CodeCancelled, cmpkit.ErrCancelled)
	must(t, operation.Close())
	_, err := operation.Message()
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
}

func TestASecondGoroutineIsRefused(t *testing.T) {
	operation, done := begun(t, context.Background(), founded(t))
	expect(t, operation.Run(soon(t)), cmpkit.CodeBadState, cmpkit.ErrBadState)
	_, err := operation.Message()
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
	operation.Cancel()
	within(t, done)
}

func TestACancelledContextEndsAnExchangeOfOctets(t *testing.T) {
	url, heard := deaf(t)
	library := one(cmpkit.DefaultLibrary())(t)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-heard; cancel() }()
	_, err := library.Exchange(ctx, url, []byte("hello"), cmpkit.ExchangeOptions{Timeout: time.Second})
	expect(t, err, cmpkit.CodeCancelled, context.Canceled)

	ctx, cancel = context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = library.Exchange(ctx, url, []byte("hello"), cmpkit.ExchangeOptions{})
	equal(t, errors.Is(err, context.DeadlineExceeded), true)
}
