package cmpkit

import (
	"context"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// run is what the callbacks of one operation share with it: its context, while it runs. They must not refer to the operation itself, which
// could never be collected then.
type run struct{ ctx context.Context }

// SWIG's directors: C++ owns them, and calls them in the thread that runs the operation.
type (
	carrier struct {
		*run
		Transport
	}
	policy struct {
		*run
		accept func(context.Context, Offer) (bool, error)
	}
	keeper struct {
		*run
		keep func(context.Context, []byte, [][]byte) error
	}
	saver struct {
		*run
		save func(context.Context, []byte) error
	}
	waiter struct {
		wait func(time.Duration, string)
	}
	tracer struct{ trace func(bool, []byte) }
)

func (c *carrier) Exchange(label string, request []byte, to raw.Sink) {
	answer("Transport.Exchange", func() error {
		octets, err := c.Transport.Exchange(c.ctx, label, request)
		if err != nil {
			return err
		}
		return call(func() { to.Write(octets) })
	})
}

func (p *policy) Accept(certificate []byte, withMods bool, text string) (wanted bool) {
	answer("Policy", func() (err error) {
		wanted, err = p.accept(p.ctx, Offer{certificate, withMods, text})
		return err
	})
	return wanted
}

func (k *keeper) Keep(certificate []byte, chain []byte) {
	answer("Keep", func() error {
		issuers, err := splitDER(chain)
		if err != nil {
			return err
		}
		return k.keep(k.ctx, certificate, issuers)
	})
}

func (s *saver) Save(state []byte) {
	answer("Save", func() error { return s.save(s.ctx, state) })
}

func (w *waiter) Wait(checkAfter int64, text string) {
	answer("Waiting", func() error { w.wait(time.Duration(checkAfter)*time.Second, text); return nil })
}

func (t *tracer) Trace(sent bool, message []byte) {
	answer("Trace", func() error { t.trace(sent, message); return nil })
}
