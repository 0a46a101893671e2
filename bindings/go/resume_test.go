package cmpkit_test

import (
	"context"
	"errors"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

var errPower = errors.New("the power is gone")

// saved is an enrollment that ended when its first message should have left.
func saved(t testing.TB, p *plant, key *cmpkit.Key) (state []byte) {
	t.Helper()
	client := p.client()
	client.Memo = []byte("press 4")
	client.Save = func(_ context.Context, s []byte) error { state = s; return nil }
	client.Transport = cmpkit.TransportFunc(func(context.Context, string, []byte) ([]byte, error) { return nil, errPower })
	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "CN=dev1"})
	expect(t, err, cmpkit.CodeCallbackFailed, errPower)
	return state
}

func TestASavedOperationGoesOnInAFreshLibrary(t *testing.T) {
	p := newPlant(t)
	key := freshKey(t)
	state := saved(t, p, key)
	equal(t, string(one(cmpkit.SavedMemo(state))(t)), "press 4")

	client := p.client()
	client.Library = one(cmpkit.NewLibrary(cmpkit.LibraryOptions{}))(t)
	issued := one(client.Resume(soon(t), state, one(cmpkit.LoadKey(one(key.PEM(nil))(t), nil))(t)))(t)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")

	_, err := client.Resume(soon(t), state, freshKey(t))
	expect(t, err, cmpkit.CodeBadKey, cmpkit.ErrCrypto)
}

func TestASavedRevocationHasNoCertificate(t *testing.T) {
	p := newPlant(t)
	issued, key := p.enrolled(t, "dev1")
	client := p.by(t, issued, key)
	var state []byte
	client.Save = func(_ context.Context, s []byte) error { state = s; return errPower }
	expect(t, client.Revoke(soon(t), cmpkit.RevokeOptions{}), cmpkit.CodeCallbackFailed, errPower)

	client.Save = nil
	nothing := one(client.Resume(soon(t), state, nil))(t)
	if nothing != nil {
		t.Errorf("a revocation gave %v", nothing)
	}
	equal(t, len(one(p.responder.CA("").Find(cmpkit.Search{State: "revoked"}))(t)), 1)
}

func TestADeviceWaitsUntilTheOperatorHasApproved(t *testing.T) {
	p := newPlant(t)
	asked := make(chan string, 8)
	client := p.client()
	client.Transport = p.transport("slow")
	client.Waiting = func(after time.Duration, text string) {
		equal(t, after, time.Second)
		asked <- text
	}
	done := make(chan error, 1)
	go func() {
		issued, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", Profile: "slow"})
		if err == nil && len(issued.DER) == 0 {
			err = errors.New("no certificate")
		}
		done <- err
	}()
	within(t, asked)
	desk := p.responder.CA("")
	waiting := one(desk.Pending())(t)
	equal(t, len(waiting), 1)
	equal(t, time.Since(waiting[0].AskedAt) < time.Minute, true)
	must(t, desk.Approve(waiting[0].ID[:8]))
	must(t, within(t, done))
}

func TestWhatTheOperatorRejectsIsRefusedInItsWords(t *testing.T) {
	p := newPlant(t)
	client := p.client()
	client.Waiting = func(time.Duration, string) {
		decideAll(p.responder.CA(""), func(id string) error { return p.responder.CA("").Reject(id, "ask the technician first") })
	}
	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", Profile: "slow"})
	e := expect(t, err, cmpkit.CodeRejected, cmpkit.ErrRejected)
	contains(t, e.Text, "ask the technician first")
}

// decideAll gives a word on what waits at a desk. It is for callbacks, which must not end the test's goroutine: what fails panics.
func decideAll(desk interface {
	Pending() ([]cmpkit.PendingRequest, error)
}, word func(id string) error) {
	waiting, err := desk.Pending()
	for _, request := range waiting {
		if err == nil && request.Verdict == "undecided" {
			err = word(request.ID)
		}
	}
	if err != nil {
		panic(err)
	}
}
