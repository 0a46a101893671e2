package cmpkit_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

// devices enroll over HTTP at the same time, so that the callbacks come from threads of the listener.
func (p *plant) devices(t testing.TB, count int, options cmpkit.EnrollOptions) []error {
	t.Helper()
	url := p.listen(t)
	failures := make([]error, count)
	var all sync.WaitGroup
	for i := range count {
		all.Add(1)
		go func() {
			defer all.Done()
			mine := options
			mine.Key, mine.Subject = freshKey(t), fmt.Sprintf("CN=dev%d", i)
			client := &cmpkit.Client{URL: url, Credentials: p.device, Trust: p.trust}
			_, failures[i] = client.Enroll(soon(t), mine)
		}()
	}
	all.Wait()
	return failures
}

func TestTheApplicationNamesDevices(t *testing.T) {
	var asked cmpkit.Question
	p := newPlant(t, func(o *cmpkit.ResponderOptions) {
		o.Naming = func(q cmpkit.Question) (cmpkit.Names, error) {
			asked = q
			return cmpkit.Names{Subject: "CN=Presse 4 🏭,O=Plant", SANs: []string{"dns:press4.plant", "ip:192.0.2.4"}}, nil
		}
	})
	issued := one(p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", SANs: []string{"dns:a.plant", "dns:b.plant"}}))(t)
	certificate := one(issued.Certificate())(t)
	equal(t, certificate.Subject.CommonName, "Presse 4 🏭")
	equal(t, certificate.DNSNames[0]+" "+certificate.IPAddresses[0].String(), "press4.plant 192.0.2.4")
	equal(t, issued.WithMods, true)
	equal(t, fmt.Sprint(asked.Requester, asked.Kind, asked.Profile, asked.Subject, asked.SANs), "secret:dev1secretdeviceCN=dev1[dns:a.plant dns:b.plant]")
	equal(t, len(asked.Certificate), 0)
}

func TestTheApplicationLeavesNamesToTheProfile(t *testing.T) {
	p := newPlant(t, func(o *cmpkit.ResponderOptions) {
		o.Naming = func(cmpkit.Question) (cmpkit.Names, error) { return cmpkit.Names{}, nil }
	})
	issued, _ := p.enrolled(t, "dev1")
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")
}

func TestARefusalGoesToTheRequesterInTheApplicationsWords(t *testing.T) {
	p := newPlant(t, func(o *cmpkit.ResponderOptions) {
		o.Naming = func(cmpkit.Question) (cmpkit.Names, error) {
			return cmpkit.Names{}, fmt.Errorf("wrapped: %w", &cmpkit.Refused{Text: "no such machine"})
		}
	})
	_, err := p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	contains(t, expect(t, err, cmpkit.CodeRejected, cmpkit.ErrRejected).Text, "no such machine")
}

// reports collects what OnError hears.
type reports struct {
	lock sync.Mutex
	all  []error
}

func (r *reports) hear(err error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.all = append(r.all, err)
}

func (r *reports) heard() []error {
	r.lock.Lock()
	defer r.lock.Unlock()
	return append([]error(nil), r.all...)
}

func TestAServerGoesOnWhateverItsCallbacksDo(t *testing.T) {
	var reported reports
	events := make(chan cmpkit.Event, 64)
	p := newPlant(t, func(o *cmpkit.ResponderOptions) {
		o.OnError = reported.hear
		o.Naming = func(q cmpkit.Question) (cmpkit.Names, error) {
			switch q.Subject {
			case "CN=dev1":
				return cmpkit.Names{}, errOwn
			case "CN=dev2":
				panic(errOwn)
			}
			return cmpkit.Names{}, nil
		}
		o.Events = func(event cmpkit.Event) {
			events <- event
			panic("no events today")
		}
	})
	failures := p.devices(t, 5, cmpkit.EnrollOptions{})
	for i, err := range failures {
		if refused := i == 1 || i == 2; refused {
			expect(t, err, cmpkit.CodeRejected, cmpkit.ErrRejected)
		} else {
			must(t, err)
		}
	}
	var own, panics int
	for _, err := range reported.heard() {
		var panicked *cmpkit.PanicError
		if errors.As(err, &panicked) {
			panics++
		}
		if errors.Is(err, errOwn) {
			own++
		}
		expect(t, err, cmpkit.CodeCallbackFailed, cmpkit.ErrCallback)
	}
	equal(t, own, 2)
	equal(t, panics >= 4, true)
	seen := map[string]int{}
	for range 5 {
		seen[within(t, events).Event]++
	}
	equal(t, seen["enrolled"]+seen["refused"], 5)
}

func TestALogGetsWhatNobodyHears(t *testing.T) {
	heard := heardByLog(t)
	p := newPlant(t, func(o *cmpkit.ResponderOptions) {
		o.OnError = nil
		o.Naming = func(cmpkit.Question) (cmpkit.Names, error) { return cmpkit.Names{}, errOwn }
	})
	_, err := p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	expect(t, err, cmpkit.CodeRejected)
	contains(t, heard.String(), errOwn.Error())
}

func TestEventsTellWhatCameOfRequests(t *testing.T) {
	events := make(chan cmpkit.Event, 8)
	p := newPlant(t, func(o *cmpkit.ResponderOptions) { o.Events = func(e cmpkit.Event) { events <- e } })
	issued, key := p.enrolled(t, "dev1")
	event := within(t, events)
	equal(t, event.Event+" "+event.Requester+" "+event.Asked, "enrolled secret:dev1 ir")
	equal(t, event.NotAfter.Equal(one(issued.Certificate())(t).NotAfter), true)
	contains(t, string(event.JSON), event.TransactionID)
	must(t, p.by(t, issued, key).Revoke(soon(t), cmpkit.RevokeOptions{Reason: "keyCompromise"}))
	event = within(t, events)
	equal(t, event.Event+" "+event.Reason, "revoked keyCompromise")
}

func TestTheApplicationTellsInformationOfItsOwn(t *testing.T) {
	const own = "1.3.6.1.4.1.99999.7"
	times := 0
	p := newPlant(t, func(o *cmpkit.ResponderOptions) {
		o.Information = map[string]func(string, []byte) ([]byte, error){
			own: func(requester string, value []byte) ([]byte, error) {
				if times++; times <= 2 { // the first poll comes at once
					return nil, &cmpkit.Later{After: time.Second, Reason: "it is made"}
				}
				return append([]byte{0x04, byte(len(value))}, value...), nil
			},
			"1.3.6.1.4.1.99999.8": func(string, []byte) ([]byte, error) { return nil, nil },
			"1.3.6.1.4.1.99999.9": func(string, []byte) ([]byte, error) { return nil, &cmpkit.Refused{Text: "not for you"} },
		}
	})
	client := p.client()
	waited := false
	client.Waiting = func(after time.Duration, text string) { waited = after == time.Second }
	value := one(client.Information(soon(t), own, []byte{0x05, 0x00}))(t)
	equal(t, string(value), "\x04\x02\x05\x00")
	equal(t, waited, true)
	equal(t, len(one(client.Information(soon(t), "1.3.6.1.4.1.99999.8", nil))(t)), 0)
	_, err := client.Information(soon(t), "1.3.6.1.4.1.99999.9", nil)
	equal(t, expect(t, err, cmpkit.CodeRejected).FailInfoName, "notAuthorized")
}

func TestManyClientsEnrollAtTheSameTime(t *testing.T) {
	p := newPlant(t)
	for _, err := range p.devices(t, 24, cmpkit.EnrollOptions{ImplicitConfirm: true}) {
		must(t, err)
	}
	equal(t, len(one(p.responder.CA("").Find(cmpkit.Search{State: "valid", ExpiresBefore: time.Now().AddDate(2, 0, 0)}))(t)) >= 24, true)
}

func TestTheDeskFindsAndRevokes(t *testing.T) {
	p := newPlant(t)
	p.enrolled(t, "dev1")
	p.enrolled(t, "dev2")
	desk := p.responder.CA("")
	found := one(desk.Find(cmpkit.Search{Subject: "dev2", State: "valid", Requester: "secret:dev1"}))(t)
	equal(t, len(found), 1)
	since := time.Now().Add(-time.Minute).Truncate(time.Second)
	must(t, desk.Revoke(found[0].Serial, "keyCompromise", since))
	found = one(desk.Find(cmpkit.Search{Serial: found[0].Serial}))(t)
	equal(t, found[0].State+" "+found[0].Reason, "revoked keyCompromise")
	equal(t, found[0].InvalidSince, since.Unix())
	lists := one(one(desk.CRL())(t).RevocationLists())(t)
	equal(t, len(lists[0].RevokedCertificateEntries) >= 1, true)
	expect(t, desk.Revoke("0x1234", "", time.Time{}), cmpkit.CodeBadCertID, cmpkit.ErrProtocol)
	expect(t, desk.Reject("1234", "no"), cmpkit.CodeNotFound, cmpkit.ErrNotFound)
	_, err := desk.Find(cmpkit.Search{State: "asleep"})
	expect(t, err, cmpkit.CodeBadArgument)
}

func TestAResponderIsReloaded(t *testing.T) {
	p := newPlant(t)
	equal(t, len(one(p.responder.Reload(p.config, p.folder))(t)), 0)
	changed := one(p.responder.Reload("server.threads = 3\n"+p.config, p.folder))(t)
	equal(t, len(changed), 1)
	_, err := p.responder.Reload("nonsense", p.folder)
	expect(t, err, cmpkit.CodeBadConfiguration, cmpkit.ErrBadConfiguration)
	p.enrolled(t, "dev1")
	must(t, p.responder.Tick(soon(t), time.Time{}))
}

func TestAListenerShutsDownAndCloses(t *testing.T) {
	p := newPlant(t)
	listener := one(p.responder.Listen(""))(t)
	equal(t, len(one(listener.URLs())(t)), 1)
	must(t, listener.Shutdown(soon(t)))
	must(t, listener.Close())
	must(t, listener.Close())
	_, err := listener.URLs()
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
	_, err = p.responder.Listen("gopher://127.0.0.1")
	expect(t, err, cmpkit.CodeNoPlugin, cmpkit.ErrTransport)
}

func TestAResponderIsClosedWhileItAnswers(t *testing.T) {
	asked, go_on := make(chan struct{}), make(chan struct{})
	p := newPlant(t, func(o *cmpkit.ResponderOptions) {
		o.Naming = func(cmpkit.Question) (cmpkit.Names, error) {
			close(asked)
			<-go_on
			return cmpkit.Names{}, nil
		}
	})
	done := make(chan error, 1)
	client := p.client()
	client.Timeouts.Total = 5 * time.Second
	go func() {
		_, err := client.Enroll(context.Background(), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", ImplicitConfirm: true})
		done <- err
	}()
	within(t, asked)
	must(t, p.responder.Close())
	close(go_on)
	must(t, within(t, done))
	_, err := p.responder.Answer(soon(t), cmpkit.Request{Message: []byte("x")})
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
	runtime.KeepAlive(p)
}
