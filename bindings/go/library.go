package cmpkit

import (
	"context"
	"encoding/json"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"cmpkit.dev/go/internal/raw"
)

// Library holds the plugins and the log: cmpkit_context of the C ABI, which has another name here since Go's contexts are something else. Most
// programs need none of their own: where an option is nil, DefaultLibrary counts. Any number of goroutines may use it.
type Library struct{ raw raw.Context }

// LibraryOptions says what a Library is made with. The zero value is good.
type LibraryOptions struct {
	// Folders to look for plugins in, in the place of the library's own. Files in them must belong to root or to the user, and be writable by nobody else.
	PluginFolders []string
	// Hears of what clients and servers do; nil: nobody. It is called from threads of the library. Its most detailed level is asked for once, here.
	Logger *slog.Logger
}

// NewLibrary makes a Library. Close it, or leave it to the garbage collector.
func NewLibrary(options LibraryOptions) (*Library, error) {
	made, err := get(raw.NewContext)
	if err != nil {
		return nil, err
	}
	l := &Library{made}
	runtime.AddCleanup(l, freeBlocking(raw.DeleteContext), made)
	defer runtime.KeepAlive(l)
	for _, folder := range options.PluginFolders {
		if err := call(func() { made.Add_plugin_folder(folder) }); err != nil {
			return nil, err
		}
	}
	if options.Logger != nil {
		if err := call(func() { made.Set_log(logLevel(options.Logger), raw.NewDirectorLogger(&logger{options.Logger})) }); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// DefaultLibrary is the one for everybody who names none: with the library's own plugins, without a log. It is never closed.
func DefaultLibrary() (*Library, error) { return defaultLibrary() }

var defaultLibrary = sync.OnceValues(func() (*Library, error) { return NewLibrary(LibraryOptions{}) })

// orDefault is l, else the default one.
func (l *Library) orDefault() (*Library, error) {
	if l != nil {
		return l, nil
	}
	return DefaultLibrary()
}

// Close frees it when the last operation, responder and listener made with it are closed. It may be called again, and by any goroutine.
func (l *Library) Close() error {
	defer runtime.KeepAlive(l)
	return call(l.raw.Close)
}

// SetOption tells a plugin what docs/transports.md lists for it, for all clients that begin from then on: plugin "http", name "proxy", value
// "http://proxy:3128". plugin "": whichever serves the URL. A bad name or value shows when a URL is used.
func (l *Library) SetOption(plugin, name, value string) error {
	defer runtime.KeepAlive(l)
	return call(func() { l.raw.Set_option(plugin, name, value) })
}

// IsOffline says whether the transport of that URL stores and forwards, so that an answer may take days.
func (l *Library) IsOffline(url string) (bool, error) {
	defer runtime.KeepAlive(l)
	return get(func() bool { return l.raw.Is_offline(url) })
}

// TransportPlugin is a plugin that was found.
type TransportPlugin struct {
	Name      string            `json:"name"`
	Version   string            `json:"version"`
	File      string            `json:"file"`
	Schemes   []string          `json:"schemes"` // of URLs: "http", "https"
	Client    bool              `json:"client"`
	Server    bool              `json:"server"`
	Offline   bool              `json:"offline"`   // it stores and forwards
	Announces bool              `json:"announces"` // it carries announcements
	Options   []TransportOption `json:"options"`
}

// TransportOption is for SetOption.
type TransportOption struct {
	Name    string `json:"name"`
	Default string `json:"default"`
	Meaning string `json:"meaning"`
}

// Transports lists the plugins at hand.
func (l *Library) Transports() ([]TransportPlugin, error) {
	defer runtime.KeepAlive(l)
	return decoded[[]TransportPlugin](get(l.raw.Transports))
}

// ExchangeOptions says how one message is carried. The zero value is good.
type ExchangeOptions struct {
	TLS     *TLS          // nil: none
	Trust   *Trust        // its peer's way of carrying messages alone; nil: none
	Timeout time.Duration // 0: 60 s, or until the context's deadline
}

// Exchange carries octets to url once and brings the octets that come back: nothing is made, looked into, verified or sent again. For diagnosis, and
// for messages of the application's own; a Client does all that. When the context is cancelled it returns at once, while the exchange ends by itself.
func (l *Library) Exchange(ctx context.Context, url string, message []byte, options ExchangeOptions) ([]byte, error) {
	timeout := milliseconds(limit(ctx, options.Timeout))
	return await(ctx, func() ([]byte, error) {
		defer runtime.KeepAlive(l)
		defer runtime.KeepAlive(options)
		return get(func() []byte {
			return l.raw.Exchange(url, options.TLS.rawOrNil(), options.Trust.rawOrNil(), message, timeout)
		})
	})
}

// Link is something that a server offers. Profile or Operation is "" where a link names none.
type Link struct {
	Path      string `json:"path"`
	Profile   string `json:"profile"`
	Operation string `json:"operation"`
}

// Discover asks what a server offers (CoRE links at /.well-known/cmp; at /.well-known/core with CoAP). Nothing of it is authenticated but by TLS.
// Of the options Trust is not heeded. When the context is cancelled it returns at once, while the question ends by itself.
func (l *Library) Discover(ctx context.Context, url string, options ExchangeOptions) ([]Link, error) {
	timeout := milliseconds(limit(ctx, options.Timeout))
	return await(ctx, func() ([]Link, error) {
		defer runtime.KeepAlive(l)
		defer runtime.KeepAlive(options)
		return decoded[[]Link](get(func() string { return l.raw.Discover(url, options.TLS.rawOrNil(), timeout) }))
	})
}

// decoded reads the JSON that the library writes.
func decoded[T any](text string, err error) (T, error) {
	var value T
	if err != nil {
		return value, err
	}
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return value, newError(CodeInternal, "the library's JSON cannot be read: %v", err)
	}
	return value, nil
}

// freeBlocking frees what may wait for threads of the library: not in the garbage collector's own goroutine.
func freeBlocking[T any](free func(T)) func(T) { return func(gone T) { go free(gone) } }
