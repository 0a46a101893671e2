package cmpkit

import (
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// EnrollKind is the request by which a certificate is asked for.
type EnrollKind int

const (
	IR EnrollKind = iota // initialization: a new PKI, by an external certificate or a secret (RFC 9483 4.1.1, 4.1.5)
	CR                   // certification: another certificate of the same PKI (4.1.2)
)

// EnrollOptions says what certificate is wanted.
type EnrollOptions struct {
	Kind            EnrollKind // of Enroll
	Key             *Key       // to be certified; nil with a PKCS#10 request
	Subject         string     // "/O=Plant/CN=dev1" or "CN=dev1,O=Plant"; "": the CA says
	SANs            []string   // "dns:dev1.plant", "ip:192.0.2.1", "uri:…", "email:…"
	Profile         string     // certProfile, and the name after /p/ where the URL has no path of its own
	Recipient       string     // name of the CA; "": the issuer where it is known
	ImplicitConfirm bool       // ask for it: no certConf then
	NotAfter        time.Time  // asked for; zero: not
	Template        []byte     // Template.DER: subject and SANs fill its blanks, its issuer becomes the recipient
}

// RevokeOptions says which certificate is to be revoked. The zero value: that of the credentials.
type RevokeOptions struct {
	Certificate  []byte    // PEM or DER
	Issuer       string    // or issuer and serial
	Serial       string    // decimal, or hexadecimal after 0x
	Reason       string    // "keyCompromise", …; "": unspecified
	Recipient    string    // name of the CA
	InvalidSince time.Time // from when on it was not good, as when its key leaked (invalidityDate, RFC 5280 5.3.2); zero: not said
}

// EnrollOperation is Enroll, for whoever runs it step by step or in another way.
func (c *Client) EnrollOperation(options EnrollOptions) (*Operation, error) {
	kind := raw.CMPKIT_ENROLL_IR
	if options.Kind == CR {
		kind = raw.CMPKIT_ENROLL_CR
	}
	return c.enroll(kind, nil, options)
}

// CSROperation is EnrollCSR in the same way.
func (c *Client) CSROperation(csr []byte, options EnrollOptions) (*Operation, error) {
	return c.enroll(raw.CMPKIT_ENROLL_P10CR, csr, options)
}

// UpdateOperation is Update in the same way.
func (c *Client) UpdateOperation(options EnrollOptions) (*Operation, error) {
	return c.enroll(raw.CMPKIT_ENROLL_KUR, nil, options)
}

func (c *Client) enroll(kind int, csr []byte, options EnrollOptions) (*Operation, error) {
	order, err := get(func() raw.EnrollOrder { return raw.NewEnrollOrder(kind) })
	if err != nil {
		return nil, err
	}
	defer raw.DeleteEnrollOrder(order)
	if err := options.fill(order, csr); err != nil {
		return nil, err
	}
	return c.operation(func(library raw.Context, credentials raw.Credentials, trust raw.Trust) raw.Operation {
		return raw.OperationEnroll(library, order, credentials, trust)
	})
}

func (o *EnrollOptions) fill(order raw.EnrollOrder, csr []byte) error {
	defer runtime.KeepAlive(o)
	var all steps
	if o.Key != nil {
		all.step(func() { order.Set_key(o.Key.raw) })
	}
	all.octets(order.Set_csr, csr)
	all.text(order.Set_subject, o.Subject)
	all.text(order.Add_san, o.SANs...)
	all.text(order.Set_profile, o.Profile)
	all.text(order.Set_recipient, o.Recipient)
	if o.ImplicitConfirm {
		all.step(order.Set_implicit_confirm)
	}
	all.step(func() { order.Set_not_after(unix(o.NotAfter)) })
	all.octets(order.Set_template, o.Template)
	return all.err
}

// RevokeOperation is Revoke, for whoever runs it step by step or in another way.
func (c *Client) RevokeOperation(options RevokeOptions) (*Operation, error) {
	order, err := get(raw.NewRevokeOrder)
	if err != nil {
		return nil, err
	}
	defer raw.DeleteRevokeOrder(order)
	var all steps
	all.octets(order.Set_certificate, options.Certificate)
	if options.Issuer != "" || options.Serial != "" {
		all.step(func() { order.Set_issuer_and_serial(options.Issuer, options.Serial) })
	}
	all.text(order.Set_reason, options.Reason)
	all.text(order.Set_recipient, options.Recipient)
	all.step(func() { order.Set_invalid_since(unix(options.InvalidSince)) })
	if all.err != nil {
		return nil, all.err
	}
	return c.operation(func(library raw.Context, credentials raw.Credentials, trust raw.Trust) raw.Operation {
		return raw.OperationRevoke(library, order, credentials, trust)
	})
}

// SavedOperation is what was saved, to be run or begun: it goes on where it was, and what limits a run begins anew. The client's Memo must be nil: the one that
// was saved stays. ErrMalformed: it is no state of an operation; ErrUnsupported: it is one of another version.
func (c *Client) SavedOperation(state []byte, key *Key) (*Operation, error) {
	defer runtime.KeepAlive(key)
	return c.operation(func(library raw.Context, credentials raw.Credentials, trust raw.Trust) raw.Operation {
		return raw.OperationSaved(library, state, credentials, trust, key.rawOrNil())
	})
}
