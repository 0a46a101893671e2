package cmpkit_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	cmpkit "cmpkit.dev/go"
)

// secured serves the plant by https with what a [tls] table says.
func (p *plant) secured(t testing.TB, table string) string {
	t.Helper()
	responder := one(cmpkit.NewResponder(cmpkit.ResponderOptions{Config: p.config + table, Folder: p.folder}))(t)
	t.Cleanup(func() { responder.Close() })
	listener := one(responder.Listen("https://127.0.0.1:0"))(t)
	t.Cleanup(func() { listener.Close() })
	return one(listener.URLs())(t)[0]
}

// certified writes a certificate for a server of TLS into the plant's folder, and gives its table.
func (p *plant) certified(t testing.TB) string {
	t.Helper()
	key := freshKey(t)
	issued := one(p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "CN=server", SANs: []string{"ip:127.0.0.1"}, Profile: "tls"}))(t)
	must(t, os.WriteFile(filepath.Join(p.folder, "tls.pem"), append(append([]byte(nil), issued.PEM...), issued.Chain...), 0o600))
	must(t, os.WriteFile(filepath.Join(p.folder, "tls.key"), one(key.PEM(nil))(t), 0o600))
	return "\n[tls]\ncertificate = \"tls.pem\"\nkey = \"tls.key\"\n"
}

func TestADeviceEnrollsOverHTTPS(t *testing.T) {
	p := newPlant(t)
	url := p.secured(t, p.certified(t))
	anchors := one(cmpkit.NewTLS(cmpkit.TLSOptions{Anchors: p.root}))(t)
	byTrust := one(cmpkit.NewTLS(cmpkit.TLSOptions{Trust: p.trust}))(t)
	for _, tls := range []*cmpkit.TLS{anchors, byTrust} {
		client := &cmpkit.Client{URL: url, TLS: tls, Credentials: p.device, Trust: p.trust}
		one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	}
	stranger := one(cmpkit.NewTLS(cmpkit.TLSOptions{Anchors: founded(t).root}))(t)
	client := &cmpkit.Client{URL: url, TLS: stranger, Credentials: p.device, Trust: p.trust}
	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	expect(t, err, cmpkit.CodeTLSFailed, cmpkit.ErrTransport)
}

func TestTLSByASharedSecret(t *testing.T) {
	p := newPlant(t)
	psk := []byte(strings.Repeat("k", 32))
	must(t, os.WriteFile(filepath.Join(p.folder, "psk"), psk, 0o600))
	url := p.secured(t, "\n[[tls.secret]]\nidentity = \"dev1\"\nsecret = \"file:psk\"\n")
	tls := one(cmpkit.NewTLS(cmpkit.TLSOptions{PSKIdentity: "dev1", PSK: psk}))(t)
	client := &cmpkit.Client{URL: url, TLS: tls, Credentials: p.device, Trust: p.trust}
	one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
}

func TestAClientShowsItsCertificateToTLS(t *testing.T) {
	p := newPlant(t)
	table := p.certified(t) + fmt.Sprintf("trust = [%q]\nintermediates = [%q]\nrevocation = \"none\"\nrequire_client = true\n", "root.pem", "issuing.pem")
	url := p.secured(t, table)
	issued, key := p.enrolled(t, "dev1")
	shown := one(cmpkit.NewTLS(cmpkit.TLSOptions{Anchors: p.root, Key: key, Certificate: append(append([]byte(nil), issued.PEM...), issued.Chain...)}))(t)
	client := &cmpkit.Client{URL: url, TLS: shown, Credentials: p.device, Trust: p.trust}
	one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
}
