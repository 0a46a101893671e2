package cmpkit_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

const registration = `
[ra]
certificate = ["ra-signer.pem"]
key         = "ra-signer.key.pem"
chain       = ["issuing.pem"]
poll_after  = "1s"
[pki]
trust         = ["root.pem"]
intermediates = ["issuing.pem"]
revocation    = "none"
[[secret]]
reference = "dev1"
secret    = "file:first.secret"
uses      = 0
tries     = 0
[[upstream]]
name       = "ca"
%s
trust      = ["root.pem"]
revocation = "none"
[[rule]]
name   = "first"
bodies = ["%s"]
%s
`

// ra stands before the plant's CA, in the same folder and process.
func (p *plant) ra(t testing.TB, upstream, body, rule string, changes ...func(*cmpkit.ResponderOptions)) *plant {
	t.Helper()
	options := cmpkit.ResponderOptions{
		Config: fmt.Sprintf(registration, upstream, body, rule), Folder: p.folder, OnError: func(err error) { t.Errorf("the RA reports: %v", err) },
	}
	for _, change := range changes {
		change(&options)
	}
	before := *p
	before.responder = one(cmpkit.NewResponder(options))(t)
	t.Cleanup(func() { before.responder.Close() })
	return &before
}

func (p *plant) upstream(t testing.TB) string { return fmt.Sprintf("url = %q", p.listen(t)) }

func TestAnRAForwardsToItsCA(t *testing.T) {
	p := newPlant(t)
	ra := p.ra(t, p.upstream(t), "ir", `action = "reprotect"`)
	issued := one(ra.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")
}

func TestAnOverseerRenamesRefusesAndWaits(t *testing.T) {
	var asked cmpkit.Question
	times := 0
	p := newPlant(t)
	ra := p.ra(t, p.upstream(t), "ir", `action = "modify"`, func(o *cmpkit.ResponderOptions) {
		o.Overseer = func(q cmpkit.Question) (cmpkit.Names, error) {
			asked = q
			if times++; times <= 2 { // the first poll comes at once
				return cmpkit.Names{}, &cmpkit.Later{After: time.Second, Reason: "the plant is asked"}
			}
			if q.Subject == "CN=stranger" {
				return cmpkit.Names{}, &cmpkit.Refused{Text: "no such machine"}
			}
			return cmpkit.Names{Subject: "CN=Presse 4"}, nil
		}
	})
	client := ra.client()
	waited := false
	client.Waiting = func(time.Duration, string) { waited = true }
	issued := one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "Presse 4")
	equal(t, waited, true)
	equal(t, strings.Join([]string{asked.Body, asked.Rule, asked.Upstream, asked.Kind}, " "), "ir first ca secret")
	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=stranger"})
	contains(t, expect(t, err, cmpkit.CodeRejected).Text, "no such machine")
}

func TestAnOfficerDecidesAtTheRAsDesk(t *testing.T) {
	p := newPlant(t)
	ra := p.ra(t, p.upstream(t), "ir", "action = \"reprotect\"\napprove_by_hand = true\npoll_after = \"1s\"")
	client := ra.client()
	desk := ra.responder.RA()
	verdict := desk.Approve
	client.Waiting = func(time.Duration, string) {
		decideAll(desk, func(id string) error { return verdict(id) })
	}
	one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	verdict = func(id string) error { return desk.Reject(id, "not today") }
	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	contains(t, expect(t, err, cmpkit.CodeRejected).Text, "not today")
}

func TestAnAdapterAnswersForACAThatKnowsPKCS10Alone(t *testing.T) {
	p := newPlant(t)
	var asked cmpkit.AdapterRequest
	times, known := 0, true
	ra := p.ra(t, "adapter = \"application\"\nexchange = \"2s\"\nretry = \"1s\"", "p10cr", `action = "reprotect"`, func(o *cmpkit.ResponderOptions) {
		o.Adapter = func(request cmpkit.AdapterRequest) ([]byte, error) {
			asked = request
			if times++; times == 1 {
				return nil, &cmpkit.Later{After: time.Second}
			}
			if !known {
				return nil, &cmpkit.Refused{Text: "no such machine"}
			}
			issued, err := p.client().EnrollCSR(soon(t), request.CSR, cmpkit.EnrollOptions{})
			if err != nil {
				return nil, err
			}
			return append(append([]byte(nil), issued.PEM...), issued.Chain...), nil
		}
	})
	client := ra.client()
	client.Waiting = func(time.Duration, string) { // a listener would do it
		if err := ra.responder.Tick(context.Background(), time.Time{}); err != nil {
			panic(err)
		}
	}
	issued := one(client.EnrollCSR(soon(t), csrFor(t, "dev1"), cmpkit.EnrollOptions{}))(t)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")
	equal(t, asked.Upstream, "ca")
	equal(t, len(asked.RequestID), 32)
	equal(t, times, 2)
	known = false
	_, err := client.EnrollCSR(soon(t), csrFor(t, "dev1"), cmpkit.EnrollOptions{})
	contains(t, expect(t, err, cmpkit.CodeRejected).Text, "no such machine")
}

func TestATransportOfTheLibraryWithoutANetwork(t *testing.T) {
	p := newPlant(t)
	listener := one(p.responder.Listen("nng+ipc://" + filepath.Join(t.TempDir(), "bus")))(t)
	defer listener.Close()
	client := p.client()
	client.Transport, client.URL = nil, one(listener.URLs())(t)[0]
	one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
}
