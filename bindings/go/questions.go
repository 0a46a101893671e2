package cmpkit

import (
	"encoding/json"
	"strings"

	"cmpkit.dev/go/internal/raw"
)

// Question is about somebody who wants something of an authority. What does not apply is empty.
type Question struct {
	Requester   string   // "secret:dev1", "certificate:<SHA-256>"
	Kind        string   // "secret", "external", "own"; "ra": an RA that asks for somebody else, or for itself
	Certificate []byte   // the requester's, DER; nil: it has a secret
	Profile     string   // of naming: by which it would be issued; of an overseer: certProfile, else what the path says
	Subject     string   // as asked for, RFC 4514
	SANs        []string // "dns:dev1.plant"
	Body        string   // of an overseer: "ir", "cr", "p10cr", "kur", "rr", "genm"
	Serial      string   // of the certificate to be revoked, "0x…"
	Rule        string   // of an overseer: by which it would go on
	Upstream    string   // and where to
}

// Names are what a requester is to be called. Without any, the profile or the request says.
type Names struct {
	Subject string   // "CN=dev1,O=Plant"
	SANs    []string // "dns:dev1.plant"
}

// AdapterRequest is for a CA that knows PKCS#10 alone.
type AdapterRequest struct {
	CSR           []byte // PKCS#10, DER; its signature is verified
	Upstream      string // its name
	Profile       string // certProfile, else what the path says
	TransactionID string // hexadecimal, as the log has it; requesters choose it
	RequestID     string // 32 hexadecimal digits: the same for the same request, also after a crash, and for no other one
}

// SWIG's directors: C++ owns them.
type (
	namer struct {
		name   func(Question) (Names, error)
		report func(error)
	}
	overseer struct {
		oversee func(Question) (Names, error)
		report  func(error)
	}
	adapter struct {
		adapt  func(AdapterRequest) ([]byte, error)
		report func(error)
	}
	informer struct {
		inform func(string, []byte) ([]byte, error)
		report func(error)
	}
	audience struct {
		hear   func(Event)
		report func(error)
	}
)

func (n *namer) Name(question raw.Question, subject, sans raw.Sink) {
	answerApart(n.report, "Naming", subject, func() error { return givenNames(n.name, question, subject, sans) })
}

func (o *overseer) Oversee(question raw.Question, subject, sans raw.Sink) {
	answerApart(o.report, "Overseer", subject, func() error { return givenNames(o.oversee, question, subject, sans) })
}

func (a *adapter) Adapt(csr []byte, upstream, profile, transactionID, requestID string, certificates raw.Sink) {
	answerApart(a.report, "Adapter", certificates, func() error {
		made, err := a.adapt(AdapterRequest{csr, upstream, profile, transactionID, requestID})
		if err != nil {
			return err
		}
		return call(func() { certificates.Write(made) })
	})
}

func (i *informer) Inform(requester string, value []byte, to raw.Sink) {
	answerApart(i.report, "Information", to, func() error {
		told, err := i.inform(requester, value)
		if err != nil || len(told) == 0 {
			return err
		}
		return call(func() { to.Write(told) })
	})
}

func (a *audience) Hear(line string) {
	answerApart(a.report, "Events", nil, func() error {
		event := Event{JSON: json.RawMessage(line)}
		if err := json.Unmarshal(event.JSON, &event); err != nil {
			return err
		}
		a.hear(event)
		return nil
	})
}

func givenNames(ask func(Question) (Names, error), question raw.Question, subject, sans raw.Sink) error {
	names, err := ask(questionOf(question))
	if err != nil {
		return err
	}
	var all steps
	all.octets(subject.Write, []byte(names.Subject))
	all.octets(sans.Write, []byte(strings.Join(names.SANs, "\n")))
	return all.err
}

// questionOf copies what is good during the callback alone.
func questionOf(q raw.Question) Question {
	copied := Question{
		Requester: q.GetRequester(), Kind: q.GetKind(), Certificate: q.Certificate(), Profile: q.GetProfile(), Subject: q.GetSubject(),
		Body: q.GetBody(), Serial: q.GetSerial(), Rule: q.GetRule(), Upstream: q.GetUpstream(),
	}
	for i := range q.Sans_size() {
		copied.SANs = append(copied.SANs, q.San(i))
	}
	return copied
}
