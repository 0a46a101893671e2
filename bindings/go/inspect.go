package cmpkit

import (
	"encoding/json"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// Inspection is what is to be seen in a message, a certificate, a CRL or a request. For people: no operation goes by it, and neither secrets nor
// trust are known here.
type Inspection struct {
	Type       string          `json:"type"` // "PKIMessage", "Certificate", "CertificateList", "CertificationRequest", "CertReqMessages", "ContentInfo"
	Size       int             `json:"size"` // octets of the DER encoding
	Summary    string          `json:"summary"`
	Protection string          `json:"protection"` // who vouches for it; "unprotected"; "": it is no PKIMessage
	Findings   []Finding       `json:"findings"`   // what is odd about it
	Value      json.RawMessage `json:"value"`      // every element, under the names of its ASN.1 type
	Text       string          `json:"-"`          // a few lines in words, findings, and the elements with offsets
	Brief      string          `json:"-"`          // the same without the elements
	JSON       json.RawMessage `json:"-"`          // all of it as docs/show-json.md describes it
}

// Finding is something odd against the profile.
type Finding struct {
	Level  string `json:"level"` // "error": it breaks a MUST; "warning": a SHOULD, or is deprecated; "note": allowed, and worth a look
	Path   string `json:"path"`  // "header.senderNonce"
	Text   string `json:"text"`
	Clause string `json:"clause"` // "RFC 9483 3.1"
}

// Show looks into any CMP message, certificate, CRL, PKCS#10 or CRMF request, DER or PEM.
func Show(data []byte) (*Inspection, error) {
	text, err := get(func() string { return raw.Show_json(data) })
	seen, err := decoded[Inspection](text, err)
	if err != nil {
		return nil, err
	}
	seen.JSON = json.RawMessage(text)
	if seen.Text, err = get(func() string { return raw.Show_text(data) }); err != nil {
		return nil, err
	}
	seen.Brief, err = get(func() string { return raw.Show_brief(data) })
	return &seen, err
}

// CertificateSummary tells what is in a certificate, also where Go's crypto/x509 does not know its key.
type CertificateSummary struct {
	Subject   string    `json:"subject"` // RFC 4514
	Issuer    string    `json:"issuer"`
	Serial    string    `json:"serial"`
	NotBefore time.Time `json:"notBefore"`
	NotAfter  time.Time `json:"notAfter"`
	SANs      []string  `json:"sans"` // "dns:dev1.plant"
	Key       string    `json:"key"`  // "ec:P-256"
}

// SummarizeCertificate reads the first certificate, PEM or DER.
func SummarizeCertificate(certificate []byte) (*CertificateSummary, error) {
	summary, err := decoded[CertificateSummary](get(func() string { return raw.Certificate_summary(certificate) }))
	if err != nil {
		return nil, err
	}
	return &summary, nil
}

// TemplateSummary is a CertReqTemplateContent in words; a blank ends in "=" or ":".
type TemplateSummary struct {
	Issuer  string   `json:"issuer"`
	Subject string   `json:"subject"`
	SANs    []string `json:"sans"`
	Keys    []string `json:"keys"` // kinds for GenerateKey; empty: any key is good
}

// SummarizeTemplate reads a CertReqTemplateContent, DER.
func SummarizeTemplate(template []byte) (*TemplateSummary, error) {
	summary, err := decoded[TemplateSummary](get(func() string { return raw.Template_summary(template) }))
	if err != nil {
		return nil, err
	}
	return &summary, nil
}

// LoadCertificates reads those of a PEM text, a DER certificate or a PKCS#12 file (of which the key's own comes first). password nil: none is known.
func LoadCertificates(data, password []byte) (PEM, error) {
	return getOctets(func() string { return raw.Certificates_load(data, password) })
}

// OpenCertificates finds those behind a URI, see OpenKey.
func OpenCertificates(uri string, pin []byte) (PEM, error) {
	return getOctets(func() string { return raw.Certificates_open(uri, pin) })
}

// SavedMemo is the application's own octets in the state of an operation: what it needs before it can give credentials, trust and key.
func SavedMemo(state []byte) ([]byte, error) {
	return get(func() []byte { return raw.Saved_memo(state) })
}

// Peers are the profiles of peers that are part of the library, as JSON: [{"name","comment","takes":{…},"sends":{…},"transport":{…}}, …].
func Peers() (json.RawMessage, error) {
	return getOctets(raw.Peers)
}
