package cmpkit

import (
	"crypto"
	"crypto/tls"
	"crypto/x509"
	"runtime"
)

// Issued is a certificate that was got, with what came along.
type Issued struct {
	DER      []byte // the certificate
	PEM      PEM    // the same
	Chain    PEM    // its issuers as far as they are known
	CAPubs   PEM    // anchors that the CA offers; trusted by nobody yet
	WithMods bool   // granted otherwise than asked
	PeerText string // the CA's words, escaped; "" if it said none
}

// Issued is the certificate, once it is there; ErrBadState before.
func (o *Operation) Issued() (*Issued, error) {
	defer runtime.KeepAlive(o)
	i := &Issued{}
	var all steps
	all.step(func() { i.DER = o.raw.Certificate() })
	all.step(func() { i.PEM = PEM(o.raw.Certificate_pem()) })
	all.step(func() { i.Chain = PEM(o.raw.Chain_pem()) })
	all.step(func() { i.CAPubs = PEM(o.raw.Ca_pubs_pem()) })
	all.step(func() { i.WithMods = o.raw.With_mods() })
	all.step(func() { i.PeerText = o.raw.Peer_text() })
	if all.err != nil {
		return nil, all.err
	}
	return i, nil
}

// Certificate is the certificate as Go's type. Go does not know brainpool curves: such a one is ErrCrypto.
func (i *Issued) Certificate() (*x509.Certificate, error) { return parseCertificate(i.DER) }

// TLS is the certificate with its chain for crypto/tls. key: its private key, such as what Key.Private gives, or a crypto.Signer.
func (i *Issued) TLS(key crypto.PrivateKey) (tls.Certificate, error) {
	leaf, err := i.Certificate()
	if err != nil {
		return tls.Certificate{}, err
	}
	chain, err := i.Chain.Certificates()
	if err != nil {
		return tls.Certificate{}, err
	}
	shown := tls.Certificate{Certificate: [][]byte{i.DER}, PrivateKey: key, Leaf: leaf}
	for _, issuer := range chain {
		shown.Certificate = append(shown.Certificate, issuer.Raw)
	}
	return shown, nil
}

// Credentials are the certificate with its key, for its update or revocation.
func (i *Issued) Credentials(key *Key) (*Credentials, error) {
	return NewCertificateCredentials(key, append(append([]byte(nil), i.PEM...), i.Chain...))
}
