package cmpkit

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"

	"cmpkit.dev/go/internal/raw"
)

// signature is what the library asks of a crypto.Signer: an AlgorithmIdentifier and octets in, a signature out.
type signature struct{ by crypto.Signer }

func (s *signature) Sign(algorithm, data []byte, to raw.Sink) {
	answer("Signer.Sign", func() error {
		made, err := s.over(algorithm, data)
		if err != nil {
			return err
		}
		return call(func() { to.Write(made) })
	})
}

func (s *signature) over(algorithm, data []byte) ([]byte, error) {
	options, err := signerOptions(algorithm)
	if err != nil {
		return nil, err
	}
	hash := options.HashFunc()
	if hash == 0 { // Ed25519 takes the message itself
		return s.by.Sign(rand.Reader, data, options)
	}
	digest := hash.New()
	digest.Write(data)
	return s.by.Sign(rand.Reader, digest.Sum(nil), options)
}

// Signature algorithms: RFC 5758 3.2, RFC 4055, RFC 8410.
var signatureHashes = map[string]crypto.Hash{
	"1.2.840.10045.4.3.2":   crypto.SHA256,
	"1.2.840.10045.4.3.3":   crypto.SHA384,
	"1.2.840.10045.4.3.4":   crypto.SHA512,
	"1.2.840.113549.1.1.11": crypto.SHA256,
	"1.2.840.113549.1.1.12": crypto.SHA384,
	"1.2.840.113549.1.1.13": crypto.SHA512,
	"1.3.101.112":           0,
}

// Hashes that RSASSA-PSS-params name.
var hashes = map[string]crypto.Hash{
	"2.16.840.1.101.3.4.2.1": crypto.SHA256,
	"2.16.840.1.101.3.4.2.2": crypto.SHA384,
	"2.16.840.1.101.3.4.2.3": crypto.SHA512,
}

const rsassaPSS = "1.2.840.113549.1.1.10"

func signerOptions(der []byte) (crypto.SignerOpts, error) {
	var algorithm pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(der, &algorithm); err != nil {
		return nil, err
	}
	oid := algorithm.Algorithm.String()
	if oid == rsassaPSS {
		return pssOptions(algorithm.Parameters.FullBytes)
	}
	hash, known := signatureHashes[oid]
	if !known {
		return nil, fmt.Errorf("no crypto.SignerOpts for the signature algorithm %s", oid)
	}
	return hash, nil
}

// pssOptions reads RSASSA-PSS-params (RFC 4055 3.1); the mask's hash is the message's, as crypto/rsa has it.
func pssOptions(der []byte) (crypto.SignerOpts, error) {
	var parameters struct {
		Hash    pkix.AlgorithmIdentifier `asn1:"explicit,tag:0"`
		Mask    pkix.AlgorithmIdentifier `asn1:"explicit,tag:1"`
		Salt    int                      `asn1:"explicit,tag:2"`
		Trailer int                      `asn1:"optional,explicit,tag:3,default:1"`
	}
	if _, err := asn1.Unmarshal(der, &parameters); err != nil {
		return nil, err
	}
	hash, known := hashes[parameters.Hash.Algorithm.String()]
	if !known {
		return nil, fmt.Errorf("no hash for RSASSA-PSS: %s", parameters.Hash.Algorithm)
	}
	return &rsa.PSSOptions{SaltLength: parameters.Salt, Hash: hash}, nil
}
