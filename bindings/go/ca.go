package cmpkit

import (
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// CAOptions says what CA to found. Subject is needed.
type CAOptions struct {
	Subject            string   // of the root: "/O=Plant/CN=Plant Root"
	Key                string   // as for GenerateKey; "": "ec:P-256"
	Listen             string   // URL for the configuration; "": "http://127.0.0.1:8080"
	Reference          string   // of a first shared secret; "": none
	Secret             string   // how the configuration names it: "file:PATH", "env:NAME", or the secret itself, which is then put into a file
	TrustExternal      []string // PEM files of external roots, which are copied
	ExternalRevocation string   // whether the certificates below them are revoked: "hard", "soft", "none"; "": "hard"
	Passphrase         []byte   // the keys are encrypted with it; nil: only their mode protects them (0600)
	PassphraseSource   string   // how the configuration names it: "file:PATH", "env:NAME"
	RASigner           bool     // also a signer for an RA (id-kp-cmcRA)
	KGASigner          bool     // also one for a key generation authority (id-kp-cmKGA)
	Library            *Library // nil: DefaultLibrary
}

// InitCA founds a CA in a folder (mode 0700), which it makes: root.pem, ca-chain.pem, keys (0600), and a commented cmpkit.toml. ErrExists: there is a CA already.
func InitCA(folder string, options CAOptions) error {
	library, err := options.Library.orDefault()
	if err != nil {
		return err
	}
	defer runtime.KeepAlive(library)
	founding, err := get(func() raw.Founding { return raw.NewFounding(options.Subject) })
	if err != nil {
		return err
	}
	defer raw.DeleteFounding(founding)
	if err := options.fill(founding); err != nil {
		return err
	}
	return call(func() { library.raw.Init_ca(folder, founding, time.Now().Unix()) })
}

func (o *CAOptions) fill(f raw.Founding) error {
	var all steps
	all.text(f.Set_key, o.Key)
	all.text(f.Set_listen, o.Listen)
	if o.Reference != "" || o.Secret != "" {
		all.step(func() { f.Set_secret(o.Reference, o.Secret) })
	}
	all.text(f.Add_trust_external, o.TrustExternal...)
	all.text(f.Set_external_revocation, o.ExternalRevocation)
	if len(o.Passphrase) > 0 || o.PassphraseSource != "" {
		all.step(func() { f.Set_passphrase(o.Passphrase, o.PassphraseSource) })
	}
	all.step(func() { f.Set_signers(o.RASigner, o.KGASigner) })
	return all.err
}
