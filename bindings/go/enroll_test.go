package cmpkit_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os/exec"
	"testing"
	"time"

	cmpkit "cmpkit.dev/go"
)

func TestADeviceEnrollsUpdatesAndRevokesOverHTTP(t *testing.T) {
	p := newPlant(t)
	client := &cmpkit.Client{URL: p.listen(t), Credentials: p.device, Trust: p.trust}
	key := freshKey(t)
	issued := one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "/O=Plant/CN=dev1", SANs: []string{"dns:dev1.plant"}}))(t)
	certificate := one(issued.Certificate())(t)
	equal(t, certificate.Subject.CommonName, "dev1")
	equal(t, certificate.DNSNames[0], "dev1.plant")
	if !certificate.PublicKey.(*ecdsa.PublicKey).Equal(one(key.Public())(t)) {
		t.Error("the certificate has another key")
	}
	anchors := x509.NewCertPool()
	anchors.AppendCertsFromPEM(p.root)
	helpers := x509.NewCertPool()
	helpers.AppendCertsFromPEM(issued.Chain)
	one(certificate.Verify(x509.VerifyOptions{Roots: anchors, Intermediates: helpers}))(t)

	client.Credentials = one(issued.Credentials(key))(t)
	second := freshKey(t)
	updated := one(client.Update(soon(t), cmpkit.EnrollOptions{Key: second}))(t)
	equal(t, one(updated.Certificate())(t).Subject.String(), certificate.Subject.String())

	client.Credentials = one(updated.Credentials(second))(t)
	must(t, client.Revoke(soon(t), cmpkit.RevokeOptions{Reason: "superseded", InvalidSince: time.Now().Add(-time.Hour)}))
	records := one(p.responder.CA("").Find(cmpkit.Search{State: "revoked"}))(t)
	if len(records) == 0 || records[0].InvalidSince == 0 {
		t.Errorf("the desk does not know of the revocation: %+v", records)
	}
}

func TestEnrollsOverATransportOfTheApplicationsOwn(t *testing.T) {
	p := newPlant(t)
	issued, _ := p.enrolled(t, "dev1")
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")
	equal(t, issued.WithMods, false)
	equal(t, len(one(issued.PEM.Certificates())(t)), 1)
	if len(one(issued.Chain.Certificates())(t)) == 0 {
		t.Error("there is no chain")
	}
}

func TestANameBeyondTheBasicPlaneComesBackAsItWent(t *testing.T) {
	const name = "Prüfstand 𝔘 🏭"
	p := newPlant(t)
	issued, _ := p.enrolled(t, name)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, name)
	records := one(p.responder.CA("").Find(cmpkit.Search{Subject: "🏭"}))(t)
	equal(t, len(records), 1)
}

func TestAnotherCertificateIsAskedForByCR(t *testing.T) {
	p := newPlant(t)
	issued, key := p.enrolled(t, "dev1")
	another := one(p.by(t, issued, key).Enroll(soon(t), cmpkit.EnrollOptions{Kind: cmpkit.CR, Key: freshKey(t), Subject: "CN=dev1"}))(t)
	if bytes.Equal(another.DER, issued.DER) {
		t.Error("it is the same certificate")
	}
}

func TestAPKCS10RequestIsEnrolled(t *testing.T) {
	p := newPlant(t)
	issued := one(p.client().EnrollCSR(soon(t), csrFor(t, "dev1"), cmpkit.EnrollOptions{}))(t)
	equal(t, one(issued.Certificate())(t).Subject.CommonName, "dev1")
}

// csrFor is a PKCS#10 request of Go's own making.
func csrFor(t testing.TB, name string) []byte {
	t.Helper()
	template := &x509.CertificateRequest{Subject: pkix.Name{CommonName: name}}
	return one(x509.CreateCertificateRequest(rand.Reader, template, ec(t, elliptic.P256())))(t)
}

func TestASecretProtectsByEitherMAC(t *testing.T) {
	p := newPlant(t)
	for _, mac := range []cmpkit.MAC{cmpkit.PBM, cmpkit.PBMAC1} {
		client := p.client()
		client.Credentials = one(cmpkit.NewSecretCredentials("dev1", []byte(secret), cmpkit.SecretOptions{MAC: mac, Iterations: 2000}))(t)
		one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", ImplicitConfirm: true, NotAfter: time.Now().Add(24 * time.Hour)}))(t)
	}
}

func TestCredentialsComeFromAPKCS12File(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Fatal("the test needs openssl: apt-get install openssl")
	}
	p := newPlant(t)
	issued, key := p.enrolled(t, "dev1")
	command := exec.Command(openssl, "pkcs12", "-export", "-passout", "pass:wörd")
	command.Stdin = bytes.NewReader(append(append(one(key.PEM(nil))(t), issued.PEM...), issued.Chain...))
	pkcs12 := one(command.Output())(t)
	client := p.client()
	client.Credentials = one(cmpkit.LoadCredentials(pkcs12, []byte("wörd")))(t)
	one(client.Update(soon(t), cmpkit.EnrollOptions{Key: freshKey(t)}))(t)

	loaded := one(cmpkit.LoadCertificates(pkcs12, []byte("wörd")))(t)
	equal(t, string(one(loaded.Certificates())(t)[0].Raw), string(issued.DER))
	_, err = cmpkit.LoadCredentials(pkcs12, []byte("wrong"))
	expect(t, err, cmpkit.CodeBadKey, cmpkit.ErrCrypto)
}

func TestAClientWithoutCredentialsIsRefused(t *testing.T) {
	_, err := (&cmpkit.Client{URL: "http://127.0.0.1:1"}).Enroll(soon(t), cmpkit.EnrollOptions{})
	expect(t, err, cmpkit.CodeBadArgument, cmpkit.ErrBadArgument)
}

func TestCertificatesGoInAsGosType(t *testing.T) {
	block, _ := pem.Decode(newPlant(t).root)
	root := one(x509.ParseCertificate(block.Bytes))(t)
	one(cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: cmpkit.EncodePEM(root)}))(t)
	equal(t, len(one(cmpkit.EncodePEM(root, root).Certificates())(t)), 2)
}
