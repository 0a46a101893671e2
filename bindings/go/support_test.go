package cmpkit_test

import (
	"encoding/asn1"
	"os"
	"path/filepath"
	"testing"

	cmpkit "cmpkit.dev/go"
)

const infoType = "1.3.6.1.4.1.99999.1"

func TestEachSupportMessageIsAnswered(t *testing.T) {
	p := newPlant(t)
	client := p.client()

	equal(t, len(one(one(client.CACertificates(soon(t), cmpkit.GetOptions{}))(t).Certificates())(t)) > 0, true)

	one(p.responder.CA("").CRL())(t) // a listener would have made it
	crl := one(client.CRLs(soon(t), cmpkit.GetOptions{Issuer: "CN=Plant Root Issuing CA,O=Plant"}))(t)
	equal(t, len(one(crl.RevocationLists())(t)), 1)
	equal(t, len(one(client.CRLs(soon(t), cmpkit.GetOptions{CRL: crl}))(t)), 0)

	template := one(client.RequestTemplate(soon(t), cmpkit.GetOptions{}))(t)
	equal(t, len(template.Keys) > 0, true)

	value := one(client.Information(soon(t), infoType, nil))(t)
	var text string
	one(asn1.Unmarshal(value, &text))(t)
	equal(t, text, "hello")

	all := one(client.AllInformation(soon(t), cmpkit.GetOptions{}))(t)
	equal(t, len(all) > 0, true)

	_, err := client.Information(soon(t), "1.2.3.4", nil)
	expect(t, err, cmpkit.CodeRejected, cmpkit.ErrRejected)
}

func TestARequestFillsItsTemplate(t *testing.T) {
	p := newPlant(t)
	template := one(p.client().RequestTemplate(soon(t), cmpkit.GetOptions{}))(t)
	key := one(cmpkit.GenerateKey(template.Keys[0]))(t)
	issued := one(p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "CN=dev1", Template: template.DER}))(t)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")
}

func TestANewRootIsToldToWhoHoldsTheOldOne(t *testing.T) {
	p := newPlant(t)
	none := one(p.client().RootUpdate(soon(t), cmpkit.GetOptions{Root: p.root}))(t)
	equal(t, len(none.Root), 0)

	old := one(cmpkit.LoadKey(one(os.ReadFile(filepath.Join(p.folder, "root.key.pem")))(t), nil))(t)
	made := one(p.responder.CA("").Rollover(old, freshKey(t), 0))(t)
	equal(t, len(one(made.Certificates())(t)) >= 3, true)

	update := one(p.client().RootUpdate(soon(t), cmpkit.GetOptions{Root: p.root}))(t)
	equal(t, len(one(update.Root.Certificates())(t)), 1)
	equal(t, len(one(update.Links.Certificates())(t)), 2)
}
