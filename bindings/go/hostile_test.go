package cmpkit_test

import (
	"context"
	"errors"
	"math/rand"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

// garbage is octets of many kinds: random ones, and messages with something changed. The seed is fixed, so that a failure comes again.
func garbage(random *rand.Rand, real []byte) []byte {
	switch random.Intn(3) {
	case 0:
		octets := make([]byte, random.Intn(300))
		random.Read(octets)
		return octets
	case 1:
		return real[:random.Intn(len(real))]
	default:
		octets := append([]byte(nil), real...)
		for range 1 + random.Intn(4) {
			octets[random.Intn(len(octets))] ^= byte(1 + random.Intn(255))
		}
		return octets
	}
}

func TestEveryLoaderRefusesGarbage(t *testing.T) {
	p := newPlant(t)
	random := rand.New(rand.NewSource(1))
	issued, key := p.enrolled(t, "dev1")
	real := [][]byte{issued.DER, issued.PEM, one(key.PEM(nil))(t), saved(t, p, key), one(p.responder.CA("").CRL())(t)}
	client := p.client()
	loaders := []func([]byte) error{
		func(o []byte) error { _, err := cmpkit.LoadKey(o, []byte("x")); return err },
		func(o []byte) error { _, err := cmpkit.LoadCredentials(o, []byte("x")); return err },
		func(o []byte) error { _, err := cmpkit.NewCertificateCredentials(key, o); return err },
		func(o []byte) error {
			_, err := cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: o, CRLs: [][]byte{o}, OCSP: [][]byte{o}})
			return err
		},
		func(o []byte) error { _, err := cmpkit.NewTLS(cmpkit.TLSOptions{Anchors: o}); return err },
		func(o []byte) error { _, err := cmpkit.LoadCertificates(o, nil); return err },
		func(o []byte) error { _, err := cmpkit.Show(o); return err },
		func(o []byte) error { _, err := cmpkit.SummarizeCertificate(o); return err },
		func(o []byte) error { _, err := cmpkit.SummarizeTemplate(o); return err },
		func(o []byte) error { _, err := cmpkit.SavedMemo(o); return err },
		func(o []byte) error { _, err := client.SavedOperation(o, key); return err },
		func(o []byte) error { _, err := client.CSROperation(o, cmpkit.EnrollOptions{}); return err },
		func(o []byte) error {
			_, err := client.RevokeOperation(cmpkit.RevokeOptions{Certificate: o})
			return err
		},
		func(o []byte) error {
			_, err := client.EnrollOperation(cmpkit.EnrollOptions{Key: key, Template: o})
			return err
		},
		func(o []byte) error {
			_, err := client.GetOperation(cmpkit.GetCRL, cmpkit.GetOptions{CRL: o, Root: o, InfoType: string(o)})
			return err
		},
	}
	refusals := 0
	for range 400 {
		octets := garbage(random, real[random.Intn(len(real))])
		for _, load := range loaders {
			if err := load(octets); err != nil {
				refusals++
				var e *cmpkit.Error
				if !errors.As(err, &e) || e.Code == cmpkit.CodeInternal || e.Text == "" {
					t.Fatalf("%x: %v", octets, err)
				}
			}
		}
	}
	equal(t, refusals > 5000, true)
}

func TestAResponderAnswersGarbage(t *testing.T) {
	p := newPlant(t)
	random := rand.New(rand.NewSource(2))
	operation := one(p.client().EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	one(operation.Begin(time.Now()))(t)
	real := one(operation.Message())(t)
	for range 500 {
		octets := garbage(random, real)
		answer := one(p.responder.Answer(context.Background(), cmpkit.Request{Message: octets, Profile: "tls", Address: "x"}))(t)
		equal(t, one(cmpkit.Show(answer))(t).Type, "PKIMessage")
	}
	one(p.responder.Answer(context.Background(), cmpkit.Request{}))(t)
}

func TestAnOperationRefusesGarbage(t *testing.T) {
	p := newPlant(t)
	random := rand.New(rand.NewSource(3))
	for range 60 {
		operation := one(p.client().EnrollOperation(cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
		one(operation.Begin(time.Now()))(t)
		answer := one(p.responder.Answer(context.Background(), cmpkit.Request{Message: one(operation.Message())(t)}))(t)
		next, err := operation.Receive(garbage(random, answer), time.Now())
		var e *cmpkit.Error
		if next != cmpkit.ActionSend && !errors.As(err, &e) {
			t.Errorf("action %d, %v", next, err)
		}
		operation.Close()
	}
}
