package cmpkit

import (
	"runtime"

	"cmpkit.dev/go/internal/raw"
)

// TLS holds keys and trust of HTTPS and the like, apart from those of CMP. It is immutable; any number of goroutines may use it.
type TLS struct{ raw raw.Tls }

// TLSOptions says whom to trust as a server, and what to show as a client. Certificates are as in TrustOptions.
type TLSOptions struct {
	Anchors []byte // of servers
	Trust   *Trust // or all that a trust says of anchors, helpers, CRLs, OCSP and where to ask

	// What a client shows. Without it, and without a secret, a run shows the certificate that protects its messages if it is good for TLS clients and its
	// key is in memory (draft-ietf-lamps-lightweight-cmp-profile-04 6.2), else none.
	Key         *Key
	Certificate []byte // with its chain

	// A shared secret in the place of certificates: a server that shows one is refused. It must not be a secret that protects messages.
	PSKIdentity string // 1 to 128 octets
	PSK         []byte // 16 to 256 octets: TLS 1.3 with psk_dhe_ke, TLS 1.2 with ECDHE_PSK
	SRPUser     string // SRP (RFC 5054), for servers that know nothing better; ErrUnsupported: not in this build
	SRPPassword []byte // 8 to 256 octets
}

// NewTLS makes a TLS. Close it, or leave it to the garbage collector.
func NewTLS(options TLSOptions) (*TLS, error) {
	made, err := get(raw.NewTls)
	if err != nil {
		return nil, err
	}
	t := &TLS{made}
	runtime.AddCleanup(t, raw.DeleteTls, made)
	defer runtime.KeepAlive(t)
	if err := options.fill(made); err != nil {
		return nil, err
	}
	return t, nil
}

func (o *TLSOptions) fill(t raw.Tls) error {
	defer runtime.KeepAlive(o)
	var all steps
	if o.Trust != nil {
		all.step(func() { t.Set_trust(o.Trust.raw) })
	}
	all.octets(t.Add_anchors, o.Anchors)
	if o.Key != nil {
		all.step(func() { t.Set_certificate(o.Key.raw, o.Certificate) })
	}
	if o.PSKIdentity != "" || len(o.PSK) > 0 {
		all.step(func() { t.Set_psk(o.PSKIdentity, o.PSK) })
	}
	if o.SRPUser != "" || len(o.SRPPassword) > 0 {
		all.step(func() { t.Set_srp(o.SRPUser, o.SRPPassword) })
	}
	return all.err
}

// Close forgets it; runs under way keep their own share. It may be called again, and by any goroutine.
func (t *TLS) Close() error {
	defer runtime.KeepAlive(t)
	return call(t.raw.Close)
}

func (t *TLS) rawOrNil() raw.Tls {
	if t == nil {
		return nil
	}
	return t.raw
}
