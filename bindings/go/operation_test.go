package cmpkit_test

import (
	"bytes"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

// goOn carries an operation through by steps; the answers come from the plant.
func goOn(t testing.TB, o *cmpkit.Operation, next cmpkit.Action, p *plant) {
	t.Helper()
	for next != cmpkit.ActionDone {
		now := time.Now()
		switch next {
		case cmpkit.ActionSend:
			answer := one(p.responder.Answer(soon(t), cmpkit.Request{Message: one(o.Message())(t)}))(t)
			next = one(o.Receive(answer, now))(t)
		case cmpkit.ActionDecide:
			next = one(o.Decide(true, "", now))(t)
		case cmpkit.ActionKeep:
			next = one(o.Kept(now))(t)
		default:
			t.Fatalf("action %d", next)
		}
	}
}

func TestAnOperationGoesStepByStep(t *testing.T) {
	p := newPlant(t)
	operation := one(p.client().EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	defer operation.Close()
	_, err := operation.Issued()
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
	next := one(operation.Begin(time.Now()))(t)
	equal(t, next, cmpkit.ActionSend)
	equal(t, one(operation.Label())(t), "initialization")
	goOn(t, operation, next, p)
	issued := one(operation.Issued())(t)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")
}

func TestAnOperationIsSavedBetweenSteps(t *testing.T) {
	p := newPlant(t)
	key := freshKey(t)
	operation := one(p.client().EnrollOperation(cmpkit.EnrollOptions{Key: key, Subject: "CN=dev1"}))(t)
	must(t, operation.SetMemo([]byte("memo")))
	one(operation.Begin(time.Now()))(t)
	message := one(operation.Message())(t)
	state := one(operation.Save())(t)
	must(t, operation.Close())
	equal(t, string(one(cmpkit.SavedMemo(state))(t)), "memo")

	again := one(p.client().SavedOperation(state, key))(t)
	next := one(again.Begin(time.Now()))(t)
	equal(t, bytes.Equal(one(again.Message())(t), message), true)
	goOn(t, again, next, p)
}

func TestWhatIsNotWantedIsDeclinedStepByStep(t *testing.T) {
	p := newPlant(t)
	operation := one(p.client().EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	one(operation.Begin(time.Now()))(t)
	answer := one(p.responder.Answer(soon(t), cmpkit.Request{Message: one(operation.Message())(t)}))(t)
	equal(t, one(operation.Receive(answer, time.Now()))(t), cmpkit.ActionDecide)
	next := one(operation.Decide(false, "another name was expected", time.Now()))(t)
	equal(t, next, cmpkit.ActionSend)
	contains(t, one(cmpkit.Show(one(operation.Message())(t)))(t).Summary, "certConf: refuses the certificate")
	answer = one(p.responder.Answer(soon(t), cmpkit.Request{Message: one(operation.Message())(t)}))(t)
	_, err := operation.Receive(answer, time.Now())
	contains(t, expect(t, err, cmpkit.CodeWrongCertificate, cmpkit.ErrProtocol).Text, "another name was expected")
}

func TestALostMessageEndsAnOperation(t *testing.T) {
	p := newPlant(t)
	operation := one(p.client().EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	one(operation.Begin(time.Now()))(t)
	_, err := operation.Lost("the line is dead", time.Now())
	contains(t, expect(t, err, cmpkit.CodeTransportFailed, cmpkit.ErrTransport).Text, "the line is dead")
	_, err = operation.Woken(time.Now())
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
}

func TestAWaitingOperationTellsForHowLong(t *testing.T) {
	p := newPlant(t)
	operation := one(p.client().EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", Profile: "slow"}))(t)
	next := one(operation.Begin(time.Now()))(t)
	for next == cmpkit.ActionSend {
		answer := one(p.responder.Answer(soon(t), cmpkit.Request{Message: one(operation.Message())(t)}))(t)
		next = one(operation.Receive(answer, time.Now()))(t)
	}
	equal(t, next, cmpkit.ActionWait)
	equal(t, one(operation.CheckAfter())(t), time.Second)
	equal(t, one(operation.FetchURL())(t), "")
	_, err := operation.Fetch(soon(t))
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
}
