package cmpkit

import (
	"bytes"
	"crypto/x509"
	"encoding/asn1"
	"encoding/pem"
)

// PEM is text with certificates or CRLs, as this package takes and gives it; wherever it takes certificates, one DER is good as well.
type PEM []byte

// EncodePEM writes certificates of Go's type.
func EncodePEM(certificates ...*x509.Certificate) PEM {
	var text bytes.Buffer
	for _, certificate := range certificates {
		// A bytes.Buffer takes everything.
		_ = pem.Encode(&text, &pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	}
	return text.Bytes()
}

// Certificates are those in the text, as Go's type. Go does not know brainpool curves: such a one is ErrCrypto.
func (p PEM) Certificates() ([]*x509.Certificate, error) {
	return eachPEM(p, "CERTIFICATE", parseCertificate)
}

// RevocationLists are the CRLs in the text, as Go's type.
func (p PEM) RevocationLists() ([]*x509.RevocationList, error) {
	return eachPEM(p, "X509 CRL", x509.ParseRevocationList)
}

func eachPEM[T any](text []byte, kind string, parse func([]byte) (T, error)) ([]T, error) {
	var all []T
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != kind {
			continue
		}
		one, err := parse(block.Bytes)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func parseCertificate(der []byte) (*x509.Certificate, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		e := newError(CodeBadCertificate, "%v", err)
		e.Layer, e.Own = "crypto", err
		return nil, e
	}
	return certificate, nil
}

// onePEM is the DER of the first block.
func onePEM(text []byte) ([]byte, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, newError(CodeBadKey, "no PEM is there")
	}
	return block.Bytes, nil
}

// splitDER is for DER values one behind the other.
func splitDER(octets []byte) ([][]byte, error) {
	var all [][]byte
	for len(octets) > 0 {
		var one asn1.RawValue
		rest, err := asn1.Unmarshal(octets, &one)
		if err != nil {
			return nil, err
		}
		all = append(all, one.FullBytes)
		octets = rest
	}
	return all, nil
}
