package cmpkit_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"errors"
	"io"
	"testing"

	cmpkit "cmpkit.dev/go"
)

func ec(t testing.TB, curve elliptic.Curve) crypto.Signer {
	return one(ecdsa.GenerateKey(curve, rand.Reader))(t)
}

// goKeys are the kinds of keys that Go has and CMP uses.
func goKeys(t testing.TB) map[string]crypto.Signer {
	_, edwards, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	return map[string]crypto.Signer{
		"P-256": ec(t, elliptic.P256()), "P-384": ec(t, elliptic.P384()), "P-521": ec(t, elliptic.P521()),
		"RSA": one(rsa.GenerateKey(rand.Reader, 2048))(t), "Ed25519": edwards,
	}
}

func TestKeysOfGosTypesAreCertified(t *testing.T) {
	p := newPlant(t)
	for name, private := range goKeys(t) {
		t.Run(name, func(t *testing.T) {
			key := one(cmpkit.NewKey(private))(t)
			issued := one(p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "CN=" + name}))(t)
			public := private.Public().(interface{ Equal(crypto.PublicKey) bool })
			equal(t, public.Equal(one(issued.Certificate())(t).PublicKey), true)
			back := one(key.Private())(t).(interface{ Equal(crypto.PrivateKey) bool })
			equal(t, back.Equal(private), true)
			shown := one(issued.TLS(private))(t)
			equal(t, len(shown.Certificate) > 1, true)
			var _ tls.Certificate = shown
		})
	}
}

// opaque hides a private key, as a cloud's does.
type opaque struct {
	crypto.Signer
	calls int
}

func (o *opaque) Sign(random io.Reader, digest []byte, options crypto.SignerOpts) ([]byte, error) {
	o.calls++
	return o.Signer.Sign(random, digest, options)
}

func TestKeysInASignersHandsEnrollAndUpdate(t *testing.T) {
	p := newPlant(t)
	for name, private := range goKeys(t) {
		t.Run(name, func(t *testing.T) {
			signer := &opaque{Signer: private}
			key := one(cmpkit.NewSignerKey(signer))(t)
			issued := one(p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "CN=" + name}))(t)
			enrolled := signer.calls
			one(p.by(t, issued, key).Update(soon(t), cmpkit.EnrollOptions{Key: freshKey(t)}))(t)
			if enrolled == 0 || signer.calls == enrolled {
				t.Errorf("the signer was asked %d times, then %d", enrolled, signer.calls)
			}
			_, err := key.PEM(nil)
			expect(t, err, cmpkit.CodeUnsupported, cmpkit.ErrUnsupported)
		})
	}
}

type broken struct{ crypto.Signer }

var errToken = errors.New("the token was pulled out")

func (broken) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) { return nil, errToken }

type lying struct{ crypto.Signer }

func (l lying) Sign(random io.Reader, digest []byte, options crypto.SignerOpts) ([]byte, error) {
	digest[0] ^= 1
	return l.Signer.Sign(random, digest, options)
}

func TestWhatASignerFailsWithComesBack(t *testing.T) {
	p := newPlant(t)
	key := one(cmpkit.NewSignerKey(broken{ec(t, elliptic.P256())}))(t)
	_, err := p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: key, Subject: "CN=dev1"})
	expect(t, err, cmpkit.CodeCallbackFailed, cmpkit.ErrCallback, errToken)

	wrong := one(cmpkit.NewSignerKey(lying{ec(t, elliptic.P256())}))(t)
	_, err = p.client().Enroll(soon(t), cmpkit.EnrollOptions{Key: wrong, Subject: "CN=dev1"})
	expect(t, err, cmpkit.CodeSigningFailed, cmpkit.ErrCrypto)
}

func TestAKeyIsWrittenAndReadWithItsPassphrase(t *testing.T) {
	for _, kind := range []string{"ec:P-384", "ec:brainpoolP256r1", "rsa:2048", "ed25519", "ed448"} {
		key := one(cmpkit.GenerateKey(kind))(t)
		pem := one(key.PEM([]byte("pässword")))(t)
		again := one(cmpkit.LoadKey(pem, []byte("pässword")))(t)
		equal(t, string(one(again.SPKI())(t)), string(one(key.SPKI())(t)))
		_, err := cmpkit.LoadKey(pem, []byte("wrong"))
		expect(t, err, cmpkit.CodeBadKey, cmpkit.ErrCrypto)
	}
}

func TestABrainpoolKeyIsNotForGosTypes(t *testing.T) {
	key := one(cmpkit.GenerateKey("ec:brainpoolP256r1"))(t)
	_, err := key.Public()
	expect(t, err, cmpkit.CodeBadKey, cmpkit.ErrCrypto)
	_, err = cmpkit.NewKey("no key")
	expect(t, err, cmpkit.CodeBadKey, cmpkit.ErrCrypto)
}
