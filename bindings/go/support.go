package cmpkit

import (
	"context"
	"encoding/asn1"

	"cmpkit.dev/go/internal/raw"
)

// GetKind is a support message (genm, RFC 9483 4.3).
type GetKind int

const (
	GetAll            GetKind = iota // what the CA tells everybody (RFC 9810 D.5)
	GetCACertificates                // 4.3.1
	GetRootUpdate                    // 4.3.2
	GetTemplate                      // 4.3.3
	GetCRL                           // 4.3.4
	GetInformation                   // any infoType
)

// GetOptions says more about a support message. The zero value is good but for Information.
type GetOptions struct {
	Root              []byte // RootUpdate: the root that is held, PEM or DER; nil: the path tells it, and an anchor must lead to the new one
	CRL               []byte // CRLs: the newest that is held, PEM or DER; nil: none
	Issuer            string // CRLs: whose; "": that of CRL, else of the credentials
	DistributionPoint string // CRLs: by this URI instead
	InfoType          string // Information: its OID, dotted or a word
	InfoValue         []byte // Information: DER; nil: absent
	Profile           string // certProfile
	Recipient         string // name of the CA
}

// GetOperation is a support message, for whoever runs it step by step or in another way; Found and its like have what it brings.
func (c *Client) GetOperation(kind GetKind, options GetOptions) (*Operation, error) {
	order, err := get(func() raw.GetOrder { return raw.NewGetOrder(int(kind)) })
	if err != nil {
		return nil, err
	}
	defer raw.DeleteGetOrder(order)
	var all steps
	all.octets(order.Set_root, options.Root)
	all.octets(order.Set_crl, options.CRL)
	all.text(order.Set_issuer, options.Issuer)
	all.text(order.Set_distribution_point, options.DistributionPoint)
	if options.InfoType != "" {
		all.step(func() { order.Set_information(options.InfoType, options.InfoValue) })
	}
	all.text(order.Set_profile, options.Profile)
	all.text(order.Set_recipient, options.Recipient)
	if all.err != nil {
		return nil, all.err
	}
	return c.operation(func(library raw.Context, credentials raw.Credentials, trust raw.Trust) raw.Operation {
		return raw.OperationGet(library, order, credentials, trust)
	})
}

// asked runs a support message and reads what it brought.
func asked[T any](ctx context.Context, c *Client, kind GetKind, options GetOptions, read func(*Operation) (T, error)) (T, error) {
	var none T
	operation, err := c.GetOperation(kind, options)
	if err != nil {
		return none, err
	}
	defer operation.Close()
	if err := operation.Run(ctx); err != nil {
		return none, err
	}
	return read(operation)
}

// CACertificates asks for issuing and intermediate CAs; none of them is trusted by that.
func (c *Client) CACertificates(ctx context.Context, options GetOptions) (PEM, error) {
	return asked(ctx, c, GetCACertificates, options, (*Operation).Found)
}

// CRLs asks for CRLs that are newer than the one that is held; empty: there is none.
func (c *Client) CRLs(ctx context.Context, options GetOptions) (PEM, error) {
	return asked(ctx, c, GetCRL, options, (*Operation).Found)
}

// RootUpdate is a new root. Root is empty if there is none.
type RootUpdate struct {
	Root  PEM
	Links PEM // newWithOld, oldWithNew (RFC 9810 4.4)
}

// RootUpdate asks for the root that took the place of the one that is held, once newWithOld leads to it from the old one.
func (c *Client) RootUpdate(ctx context.Context, options GetOptions) (*RootUpdate, error) {
	return asked(ctx, c, GetRootUpdate, options, func(o *Operation) (*RootUpdate, error) {
		root, err := o.Found()
		if err != nil {
			return nil, err
		}
		links, err := o.Links()
		return &RootUpdate{root, links}, err
	})
}

// Template says what a request shall say: a CertReqTemplateContent. DER is nil if the CA tells none.
type Template struct {
	DER []byte // for EnrollOptions
	TemplateSummary
}

// RequestTemplate asks for the template of a profile.
func (c *Client) RequestTemplate(ctx context.Context, options GetOptions) (*Template, error) {
	return asked(ctx, c, GetTemplate, options, func(o *Operation) (*Template, error) {
		der, err := o.Template()
		if err != nil || len(der) == 0 {
			return &Template{}, err
		}
		summary, err := SummarizeTemplate(der)
		if err != nil {
			return nil, err
		}
		return &Template{der, *summary}, nil
	})
}

// Information asks for an infoType of the site's own, with the DER of a value or without one. What comes is the DER of the answer's value; nil: absent.
func (c *Client) Information(ctx context.Context, infoType string, value []byte) ([]byte, error) {
	options := GetOptions{InfoType: infoType, InfoValue: value}
	return asked(ctx, c, GetInformation, options, func(o *Operation) ([]byte, error) { return o.InformationValue(infoType) })
}

// Information is an item of what a CA tells (InfoTypeAndValue, RFC 9810 5.3.19).
type Information struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue `asn1:"optional"`
}

// AllInformation asks for whatever the CA tells everybody.
func (c *Client) AllInformation(ctx context.Context, options GetOptions) ([]Information, error) {
	return asked(ctx, c, GetAll, options, func(o *Operation) ([]Information, error) {
		der, err := o.Information()
		if err != nil {
			return nil, err
		}
		var items []Information
		if _, err := asn1.Unmarshal(der, &items); err != nil {
			return nil, newError(CodeBadValue, "the items cannot be read: %v", err)
		}
		return items, nil
	})
}

// Found are the certificates or CRLs that a support message has brought; empty: there is nothing to tell. ErrBadState: it is not there yet.
func (o *Operation) Found() (PEM, error) { return o.pem(o.raw.Found_pem) }

// Links are newWithOld and oldWithNew of a root update.
func (o *Operation) Links() (PEM, error) { return o.pem(o.raw.Links_pem) }

// Template is a CertReqTemplateContent, DER.
func (o *Operation) Template() ([]byte, error) { return o.octets(o.raw.Request_template) }

// Information is the whole GenRepContent, DER.
func (o *Operation) Information() ([]byte, error) { return o.octets(o.raw.Information) }

// InformationValue is the infoValue of the item of that type, DER. ErrNotFound: there is no such item.
func (o *Operation) InformationValue(infoType string) ([]byte, error) {
	return o.octets(func() []byte { return o.raw.Information_value(infoType) })
}
