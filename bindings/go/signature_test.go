package cmpkit

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"testing"
)

func TestASignerSignsByRSASSAPSS(t *testing.T) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	sha := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}
	mask, err := asn1.Marshal(sha)
	if err != nil {
		t.Fatal(err)
	}
	parameters, err := asn1.Marshal(struct {
		Hash pkix.AlgorithmIdentifier `asn1:"explicit,tag:0"`
		Mask pkix.AlgorithmIdentifier `asn1:"explicit,tag:1"`
		Salt int                      `asn1:"explicit,tag:2"`
	}{sha, pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 8}, Parameters: asn1.RawValue{FullBytes: mask}}, 32})
	if err != nil {
		t.Fatal(err)
	}
	algorithm, err := asn1.Marshal(pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 10}, Parameters: asn1.RawValue{FullBytes: parameters}})
	if err != nil {
		t.Fatal(err)
	}
	made, err := (&signature{private}).over(algorithm, []byte("message"))
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256([]byte("message"))
	if err := rsa.VerifyPSS(&private.PublicKey, crypto.SHA256, digest[:], made, &rsa.PSSOptions{SaltLength: 32}); err != nil {
		t.Error(err)
	}
}

func TestASignerRefusesAlgorithmsThatItDoesNotKnow(t *testing.T) {
	for _, algorithm := range [][]byte{nil, {0x30, 0}, {0x30, 5, 6, 3, 0x2b, 0x65, 0x71}} { // the last one is Ed448
		if _, err := signerOptions(algorithm); err == nil {
			t.Errorf("%x was taken", algorithm)
		}
	}
}
