package cmpkit

import (
	"context"
	"math"
	"runtime"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// Listener serves a Responder over a transport, in threads of the library. Any number of goroutines may use it.
type Listener struct{ raw raw.Listener }

// Listen serves at url, with port 0 at a free one; "": at every one that the configuration lists. It returns when requests are accepted.
func (r *Responder) Listen(url string) (*Listener, error) {
	defer runtime.KeepAlive(r)
	made, err := get(func() raw.Listener { return raw.NewListener(r.raw, url) })
	if err != nil {
		return nil, err
	}
	l := &Listener{made}
	runtime.AddCleanup(l, freeBlocking(raw.DeleteListener), made)
	return l, nil
}

// URLs are where it serves, with real ports.
func (l *Listener) URLs() ([]string, error) {
	defer runtime.KeepAlive(l)
	count, err := get(l.raw.Size)
	if err != nil {
		return nil, err
	}
	urls := make([]string, count)
	for i := range urls {
		if urls[i], err = get(func() string { return l.raw.Url(i) }); err != nil {
			return nil, err
		}
	}
	return urls, nil
}

// Shutdown takes no more requests and lets open ones end, until the context's deadline. When the context is cancelled it returns at once, while they end by themselves.
// Close frees the listener afterwards.
func (l *Listener) Shutdown(ctx context.Context) error {
	grace := uint(math.MaxUint32)
	if end, is := ctx.Deadline(); is {
		grace = milliseconds(time.Until(end))
	}
	_, err := await(ctx, func() (struct{}, error) {
		defer runtime.KeepAlive(l)
		return struct{}{}, call(func() { l.raw.Stop(grace) })
	})
	return err
}

// Close stops it, and waits for its threads; not from a callback of its responder. It may be called again, and by any goroutine.
func (l *Listener) Close() error {
	defer runtime.KeepAlive(l)
	return call(l.raw.Close)
}
