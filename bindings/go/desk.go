package cmpkit

import (
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// CADesk is the operator's desk of one CA. It works on a running server's store, also from another process. Any number of goroutines may use it.
type CADesk struct {
	of *Responder
	ca string
}

// CA is the desk of the CA of that name; "": of the default one. A name that is nobody's shows when the desk is used: ErrNotFound.
func (r *Responder) CA(name string) *CADesk { return &CADesk{r, name} }

// Record is a certificate of a CA.
type Record struct {
	CertificateSummary
	State        string `json:"state"`        // "unconfirmed", "valid", "updated", "revoked"
	Requester    string `json:"requester"`    // "secret:dev1", "certificate:<SHA-256>"
	Profile      string `json:"profile"`      //
	Reason       string `json:"reason"`       // of a revocation
	RevokedAt    int64  `json:"revokedAt"`    // Unix seconds; 0: it is not
	InvalidSince int64  `json:"invalidSince"` // Unix seconds; 0: not told
}

// Search says which certificates: all members that are set must fit.
type Search struct {
	State         string    // "unconfirmed", "valid", "updated", "revoked"
	Subject       string    // a part of it, as the list shows it
	Requester     string    // the same
	Serial        string    // decimal, or hexadecimal after 0x
	ExpiresBefore time.Time // zero: any
}

// Find lists certificates.
func (d *CADesk) Find(search Search) ([]Record, error) {
	defer runtime.KeepAlive(d)
	s, err := get(raw.NewSearch)
	if err != nil {
		return nil, err
	}
	defer raw.DeleteSearch(s)
	var all steps
	all.text(s.SetState, search.State)
	all.text(s.SetSubject, search.Subject)
	all.text(s.SetRequester, search.Requester)
	all.text(s.SetSerial, search.Serial)
	all.step(func() { s.SetExpires_before(unix(search.ExpiresBefore)) })
	if all.err != nil {
		return nil, all.err
	}
	return decoded[[]Record](get(func() string { return d.of.raw.Ca_find(d.ca, s) }))
}

// Revoke revokes a certificate. reason: "keyCompromise", …; "": unspecified. since: from when on it was not good, told on the CRL (invalidityDate, RFC 5280 5.3.2);
// zero: not told; a time to come is CodeBadRequest.
func (d *CADesk) Revoke(serial, reason string, since time.Time) error {
	defer runtime.KeepAlive(d)
	return call(func() { d.of.raw.Ca_revoke(d.ca, serial, reason, unix(since), time.Now().Unix()) })
}

// PendingRequest waits for a word.
type PendingRequest struct {
	ID        string    `json:"id"`   // 32 hexadecimal digits
	Type      string    `json:"type"` // "ir", "rr", …
	Subject   string    `json:"subject"`
	Details   string    `json:"details"`
	Requester string    `json:"requester"`
	Verdict   string    `json:"verdict"`
	AskedAt   time.Time `json:"askedAt"`
}

// Pending lists the requests that wait for the operator.
func (d *CADesk) Pending() ([]PendingRequest, error) {
	defer runtime.KeepAlive(d)
	return decoded[[]PendingRequest](get(func() string { return d.of.raw.Ca_pending(d.ca) }))
}

// Approve is the operator's word; the requester learns it when it asks again. id: its first digits do, if no other request begins with them.
// ErrNotFound: no such request waits; ErrBadState: there is a word on it already.
func (d *CADesk) Approve(id string) error {
	defer runtime.KeepAlive(d)
	return call(func() { d.of.raw.Ca_approve(d.ca, id) })
}

// Reject is the same the other way. reason: for the requester; "": none.
func (d *CADesk) Reject(id, reason string) error {
	defer runtime.KeepAlive(d)
	return call(func() { d.of.raw.Ca_reject(d.ca, id, reason) })
}

// CRL makes a fresh one.
func (d *CADesk) CRL() (PEM, error) {
	defer runtime.KeepAlive(d)
	return getOctets(func() string { return d.of.raw.Ca_crl(d.ca, time.Now().Unix()) })
}

// Rollover puts a new root in the place of the newest one (RFC 9810 4.4). newKey is made and kept by the caller; days 0: 20 years. It gives the new root,
// newWithOld, oldWithNew, and the CA below the root certified anew. From then on it is told to whoever asks for a root update; a server hands out its chain
// after Reload or its next start.
func (d *CADesk) Rollover(rootKey, newKey *Key, days uint32) (PEM, error) {
	defer runtime.KeepAlive(d)
	defer runtime.KeepAlive(rootKey)
	defer runtime.KeepAlive(newKey)
	if rootKey == nil || newKey == nil {
		return nil, newError(CodeBadArgument, "a rollover needs both keys")
	}
	return getOctets(func() string {
		return d.of.raw.Ca_rollover(d.ca, rootKey.raw, newKey.raw, uint(days), time.Now().Unix())
	})
}

// RADesk is the registration officer's desk, of a responder whose configuration has [ra].
type RADesk struct{ of *Responder }

// RA is that desk. Of a CA's responder, using it is ErrBadState.
func (r *Responder) RA() *RADesk { return &RADesk{r} }

// Pending lists the requests that wait for the officer.
func (d *RADesk) Pending() ([]PendingRequest, error) {
	defer runtime.KeepAlive(d)
	return decoded[[]PendingRequest](get(func() string { return d.of.raw.Ra_pending() }))
}

// Approve lets the request go on when its requester asks again. Errors are those of CADesk.Approve.
func (d *RADesk) Approve(id string) error {
	defer runtime.KeepAlive(d)
	return call(func() { d.of.raw.Ra_approve(id) })
}

// Reject refuses it. reason: for the requester; "": none.
func (d *RADesk) Reject(id, reason string) error {
	defer runtime.KeepAlive(d)
	return call(func() { d.of.raw.Ra_reject(id, reason) })
}
