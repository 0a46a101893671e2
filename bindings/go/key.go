package cmpkit

import (
	"crypto"
	"crypto/x509"
	"runtime"

	"cmpkit.dev/go/internal/raw"
)

// Key is a key pair. It is immutable; any number of goroutines may use it, and what is made with it keeps it.
type Key struct{ raw raw.Key }

func keyOf(made raw.Key, err error) (*Key, error) {
	if err != nil {
		return nil, err
	}
	k := &Key{made}
	runtime.AddCleanup(k, raw.DeleteKey, made)
	return k, nil
}

// GenerateKey makes a key of a kind: "ec:P-256", "ec:P-384", "ec:P-521", "ec:brainpoolP256r1", "ec:brainpoolP384r1", "ec:brainpoolP512r1", "rsa:2048" to
// "rsa:8192", "ed25519", "ed448".
func GenerateKey(kind string) (*Key, error) {
	return keyOf(get(func() raw.Key { return raw.KeyGenerate(kind) }))
}

// LoadKey reads PEM or DER: PKCS#8, traditional, or the key of a PKCS#12 file. passphrase nil: none is known.
func LoadKey(data, passphrase []byte) (*Key, error) {
	return keyOf(get(func() raw.Key { return raw.KeyLoad(data, passphrase) }))
}

// OpenKey finds the key behind a URI of OpenSSL's OSSL_STORE, such as "pkcs11:token=plant;object=dev1;type=private": the private half stays in its
// token. OpenSSL's configuration activates the provider that serves the scheme; without one it is ErrUnsupported. pin nil: none is known, or the URI
// tells it. ErrNotFound: no key is there.
func OpenKey(uri string, pin []byte) (*Key, error) {
	return keyOf(get(func() raw.Key { return raw.KeyOpen(uri, pin) }))
}

// NewKey copies a private key of Go's own: *ecdsa.PrivateKey, *rsa.PrivateKey or ed25519.PrivateKey.
func NewKey(private crypto.PrivateKey) (*Key, error) {
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, badKey(err)
	}
	defer clear(der)
	return LoadKey(der, nil)
}

// NewSignerKey is a key that stays in the signer's hands, such as a cloud's: ECDSA on P-256, P-384 and P-521, RSA (PKCS#1 v1.5 and PSS), Ed25519. Sign is called
// in the goroutine that runs the operation; what it returns is verified before it is used, and its errors come back from the operation.
// It must not use the operation that it signs for.
func NewSignerKey(signer crypto.Signer) (*Key, error) {
	spki, err := x509.MarshalPKIXPublicKey(signer.Public())
	if err != nil {
		return nil, badKey(err)
	}
	return keyOf(get(func() raw.Key { return raw.KeyOf_signer(spki, raw.NewDirectorSigner(&signature{signer})) }))
}

func badKey(err error) error {
	e := newError(CodeBadKey, "%v", err)
	e.Layer, e.Own = "crypto", err
	return e
}

// PEM is the key as PKCS#8, encrypted if there is a passphrase. ErrUnsupported: it is a signer's or a token's.
func (k *Key) PEM(passphrase []byte) ([]byte, error) {
	defer runtime.KeepAlive(k)
	return get(func() []byte { return k.raw.Pem(passphrase) })
}

// SPKI is the DER of its SubjectPublicKeyInfo.
func (k *Key) SPKI() ([]byte, error) {
	defer runtime.KeepAlive(k)
	return get(k.raw.Spki)
}

// Public is its public half as Go's type, for the kinds that Go knows: not brainpool, nor Ed448.
func (k *Key) Public() (crypto.PublicKey, error) {
	spki, err := k.SPKI()
	if err != nil {
		return nil, err
	}
	public, err := x509.ParsePKIXPublicKey(spki)
	if err != nil {
		return nil, badKey(err)
	}
	return public, nil
}

// Private is a copy of it as Go's type, for crypto/tls and others. ErrUnsupported: it is a signer's or a token's.
func (k *Key) Private() (crypto.PrivateKey, error) {
	pem, err := k.PEM(nil)
	if err != nil {
		return nil, err
	}
	defer clear(pem)
	block, err := onePEM(pem)
	if err != nil {
		return nil, err
	}
	defer clear(block)
	private, err := x509.ParsePKCS8PrivateKey(block)
	if err != nil {
		return nil, badKey(err)
	}
	return private, nil
}

// Close forgets the key; what was made with it keeps its own share. It may be called again, and by any goroutine.
func (k *Key) Close() error {
	defer runtime.KeepAlive(k)
	return call(k.raw.Close)
}

func (k *Key) rawOrNil() raw.Key {
	if k == nil {
		return nil
	}
	return k.raw
}
