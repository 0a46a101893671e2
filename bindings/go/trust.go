package cmpkit

import (
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// Trust says whose answers count. It is immutable; any number of goroutines may use it.
type Trust struct{ raw raw.Trust }

// Revocation says how it counts whether the certificates of CMP signers are revoked. A certificate that was just issued, and pins, are not asked about.
type Revocation int

const (
	RevocationSoft Revocation = iota // what is known counts, what cannot be known is let pass
	RevocationHard                   // each certificate but the anchor needs a current CRL or OCSP answer, else CodeStatusUnknown
	RevocationNone                   // not asked
)

func (r Revocation) raw() int {
	switch r {
	case RevocationHard:
		return raw.CMPKIT_REVOCATION_HARD
	case RevocationNone:
		return raw.CMPKIT_REVOCATION_NONE
	case RevocationSoft:
		return raw.CMPKIT_REVOCATION_SOFT
	}
	return -1
}

// TrustOptions says whom to trust. Certificates are PEM, any number in one text, or one DER; EncodePEM makes PEM of Go's type.
type TrustOptions struct {
	Anchors       []byte   // of CMP signers, and of new certificates unless VerifyNew says otherwise
	Intermediates []byte   // help to build paths; not trusted
	Pins          []byte   // the CMP signers trusted, and no others
	VerifyNew     []byte   // anchors for the new certificate
	CRLs          [][]byte // PEM or DER
	OCSP          [][]byte // OCSPResponses, DER
	Revocation    Revocation

	// Where it can be asked whether a certificate is revoked, when that is not known; http URLs alone (RFC 5280 8). Nothing else is asked.
	CRLURLs     []string // a CRL is there
	OCSPURLs    []string // an OCSP responder that is asked about every certificate
	AllowedURLs []string // below these, certificates may name either: "http://crl.plant/"
	Fetch       FetchLimits

	Peer     string // a profile of Peers by its name: how the peer may deviate (docs/peers.md)
	PeerTOML string // or the text of one of the application's own
}

// FetchLimits are those of one fetch of a CRL or an OCSP answer. The zero value is good.
type FetchLimits struct {
	Octets         uint32        // of the answer; 0: 4 MiB
	Time           time.Duration // 0: 10 s
	NamedAddresses string        // where a URL of a certificate may lead: "any", "remote" (not this machine, nor link-local addresses; "" is this), "internet"
}

// NewTrust makes a Trust. Close it, or leave it to the garbage collector.
func NewTrust(options TrustOptions) (*Trust, error) {
	made, err := get(raw.NewTrust)
	if err != nil {
		return nil, err
	}
	t := &Trust{made}
	runtime.AddCleanup(t, raw.DeleteTrust, made)
	defer runtime.KeepAlive(t)
	if err := options.fill(made); err != nil {
		return nil, err
	}
	return t, nil
}

func (o *TrustOptions) fill(t raw.Trust) error {
	var all steps
	all.octets(t.Add_anchors, o.Anchors)
	all.octets(t.Add_intermediates, o.Intermediates)
	all.octets(t.Add_pins, o.Pins)
	all.octets(t.Add_verify_new, o.VerifyNew)
	all.octets(t.Add_crl, o.CRLs...)
	all.octets(t.Add_ocsp, o.OCSP...)
	all.step(func() { t.Set_revocation(o.Revocation.raw()) })
	o.fillSources(t, &all)
	if o.Fetch != (FetchLimits{}) {
		all.step(func() { t.Set_fetch_limits(uint(o.Fetch.Octets), milliseconds(o.Fetch.Time), o.Fetch.NamedAddresses) })
	}
	all.text(t.Set_peer, o.Peer)
	all.text(t.Set_peer_toml, o.PeerTOML)
	return all.err
}

func (o *TrustOptions) fillSources(t raw.Trust, all *steps) {
	add := func(kind int, urls []string) {
		all.text(func(url string) { t.Add_status_source(kind, url) }, urls...)
	}
	add(raw.CMPKIT_STATUS_CRL, o.CRLURLs)
	add(raw.CMPKIT_STATUS_OCSP, o.OCSPURLs)
	add(raw.CMPKIT_STATUS_ALLOWED, o.AllowedURLs)
}

// Close forgets it; operations made with it keep their own share. It may be called again, and by any goroutine.
func (t *Trust) Close() error {
	defer runtime.KeepAlive(t)
	return call(t.raw.Close)
}

func (t *Trust) rawOrNil() raw.Trust {
	if t == nil {
		return nil
	}
	return t.raw
}

// steps are calls of C++ one after the other, until one fails. What is empty is left out.
type steps struct{ err error }

func (s *steps) step(function func()) {
	if s.err == nil {
		s.err = call(function)
	}
}

func (s *steps) octets(give func([]byte), all ...[]byte) {
	for _, one := range all {
		if len(one) > 0 {
			s.step(func() { give(one) })
		}
	}
}

func (s *steps) text(give func(string), all ...string) {
	for _, one := range all {
		if one != "" {
			s.step(func() { give(one) })
		}
	}
}
