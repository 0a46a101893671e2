package cmpkit

import (
	"runtime"

	"cmpkit.dev/go/internal/raw"
)

// Credentials say who we are to the peer. They are immutable; any number of goroutines may use them.
type Credentials struct{ raw raw.Credentials }

func credentialsOf(made raw.Credentials, err error) (*Credentials, error) {
	if err != nil {
		return nil, err
	}
	c := &Credentials{made}
	runtime.AddCleanup(c, raw.DeleteCredentials, made)
	return c, nil
}

// NewCertificateCredentials are a key and its certificate. certificates: PEM or one DER; the first is the key's own, the others help to build its chain.
func NewCertificateCredentials(key *Key, certificates []byte) (*Credentials, error) {
	if key == nil {
		return nil, newError(CodeBadArgument, "credentials need a key")
	}
	defer runtime.KeepAlive(key)
	return credentialsOf(get(func() raw.Credentials { return raw.CredentialsOf_certificate(key.raw, certificates) }))
}

// LoadCredentials reads key, certificate and chain from a PKCS#12 file. password: UTF-8; nil: none is known. A wrong one is CodeBadKey.
func LoadCredentials(pkcs12, password []byte) (*Credentials, error) {
	return credentialsOf(get(func() raw.Credentials { return raw.CredentialsOf_pkcs12(pkcs12, password) }))
}

// MAC is how a shared secret protects messages.
type MAC int

// The MACs of RFC 9810 5.1.3.1 and RFC 9481 6.1.
const (
	PBM    MAC = iota // id-PasswordBasedMac, which every CA knows
	PBMAC1            // id-PBMAC1
)

// SecretOptions says how a shared secret protects messages. The zero value is good.
type SecretOptions struct {
	MAC        MAC
	Iterations uint32 // 0: 10 000
}

// NewSecretCredentials are a shared secret of 1 to 1024 octets, and the reference by which the peer finds it. The octets are copied; the copy is wiped at the end.
func NewSecretCredentials(reference string, secret []byte, options SecretOptions) (*Credentials, error) {
	mac := raw.CMPKIT_MAC_PBM
	if options.MAC == PBMAC1 {
		mac = raw.CMPKIT_MAC_PBMAC1
	}
	return credentialsOf(get(func() raw.Credentials {
		return raw.CredentialsOf_secret(reference, secret, mac, uint(options.Iterations))
	}))
}

// Close forgets them; operations made with them keep their own share. It may be called again, and by any goroutine.
func (c *Credentials) Close() error {
	defer runtime.KeepAlive(c)
	return call(c.raw.Close)
}
