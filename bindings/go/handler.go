package cmpkit

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

// Media type of CMP (RFC 9811 3.4), and where it is found (RFC 9483 6.1).
const (
	mediaType = "application/pkixcmp"
	wellKnown = "/.well-known/cmp"
)

// Handler serves a Responder with net/http: POST at /.well-known/cmp[/p/<profile>][/<operation>], for an application that has a server already. A Listener
// needs none. It answers 404 for another path, 405 for another method, 415 for another content type, 413 for a message above the limit, and 503 when the
// responder is closed. Behind http.StripPrefix it serves below any path.
type Handler struct {
	Responder  *Responder
	MaxMessage int64 // octets; 0: 1 MiB
}

// Operations of RFC 9483 6.1.
var operations = map[string]bool{
	"initialization": true, "certification": true, "keyupdate": true, "pkcs10": true, "revocation": true, "getcacerts": true, "getrootupdate": true,
	"getcertreqtemplate": true, "getcrls": true, "nested": true,
}

// profileIn reads [/p/<profile>][/<operation>] after /.well-known/cmp, or after nothing.
func profileIn(path string) (profile string, is bool) {
	rest := strings.TrimSuffix(strings.TrimPrefix(path, wellKnown), "/")
	if after, found := strings.CutPrefix(rest, "/p/"); found {
		var escaped string
		escaped, rest, _ = strings.Cut(after, "/")
		name, err := url.PathUnescape(escaped)
		if err != nil || name == "" {
			return "", false
		}
		profile = name
	} else {
		rest = strings.TrimPrefix(rest, "/")
	}
	return profile, rest == "" || operations[rest]
}

// ServeHTTP answers one message.
func (h *Handler) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	profile, is := profileIn(request.URL.EscapedPath())
	if !is {
		http.NotFound(w, request)
		return
	}
	if request.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	if kind, _, err := mime.ParseMediaType(request.Header.Get("Content-Type")); err != nil || kind != mediaType {
		w.WriteHeader(http.StatusUnsupportedMediaType)
		return
	}
	message, status := h.read(w, request)
	if status != http.StatusOK {
		w.WriteHeader(status)
		return
	}
	h.answer(w, request, Request{Message: message, Address: request.RemoteAddr, Profile: profile})
}

func (h *Handler) read(w http.ResponseWriter, request *http.Request) ([]byte, int) {
	most := h.MaxMessage
	if most == 0 {
		most = 1 << 20
	}
	message, err := io.ReadAll(http.MaxBytesReader(w, request.Body, most))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return message, http.StatusOK
}

func (h *Handler) answer(w http.ResponseWriter, request *http.Request, asked Request) {
	answer, err := h.Responder.Answer(request.Context(), asked)
	switch {
	case errors.Is(err, ErrBadState):
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case err != nil:
		h.Responder.onError(err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", "no-store")
	// A peer that has gone asks again.
	_, _ = w.Write(answer)
}
