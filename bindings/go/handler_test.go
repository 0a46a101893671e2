package cmpkit_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	cmpkit "cmpkit.dev/go"
)

func served(t testing.TB, handler http.Handler) string {
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func TestAHandlerServesGosTransportAndTheLibrarysOwn(t *testing.T) {
	p := newPlant(t)
	url := served(t, &cmpkit.Handler{Responder: p.responder})
	client := p.client()
	client.Transport = &cmpkit.HTTPTransport{URL: url}
	one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	client.Transport, client.URL = nil, url
	one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1", Profile: "tls"}))(t)
}

func TestGosTransportReachesTheLibrarysListener(t *testing.T) {
	p := newPlant(t)
	client := p.client()
	client.Transport = &cmpkit.HTTPTransport{URL: p.listen(t), Profile: "tls", Client: &http.Client{}}
	issued := one(client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"}))(t)
	equal(t, one(p.responder.CA("").Find(cmpkit.Search{Subject: "dev1"}))(t)[0].Profile, "tls")
	equal(t, issued.WithMods, false)
}

func TestAHandlerJudgesPathMethodTypeAndSize(t *testing.T) {
	p := newPlant(t)
	url := served(t, &cmpkit.Handler{Responder: p.responder, MaxMessage: 1000})
	const kind = "application/pkixcmp"
	for _, c := range []struct {
		method, path, kind string
		size, status       int
	}{
		{"POST", "/.well-known/cmp", kind, 10, 200},
		{"POST", "/.well-known/cmp/initialization", "Application/PKIXCMP; x=y", 10, 200},
		{"POST", "/.well-known/cmp/p/tls", kind, 10, 200},
		{"POST", "/.well-known/cmp/p/pump%207/keyupdate", kind, 10, 200},
		{"POST", "/.well-known/cmp/", kind, 1000, 200},
		{"POST", "/.well-known/cmp/nonsense", kind, 10, 404},
		{"POST", "/.well-known/cmp/p/", kind, 10, 404},
		{"POST", "/.well-known/cmp/p/a/b/c", kind, 10, 404},
		{"POST", "/elsewhere", kind, 10, 404},
		{"GET", "/.well-known/cmp", kind, 0, 405},
		{"POST", "/.well-known/cmp", "text/plain", 10, 415},
		{"POST", "/.well-known/cmp", "", 10, 415},
		{"POST", "/.well-known/cmp", kind, 1001, 413},
	} {
		request := one(http.NewRequest(c.method, url+c.path, bytes.NewReader(make([]byte, c.size))))(t)
		request.Header.Set("Content-Type", c.kind)
		response := one(http.DefaultClient.Do(request))(t)
		response.Body.Close()
		if response.StatusCode != c.status {
			t.Errorf("%+v: %s", c, response.Status)
		}
		if c.status == 200 {
			equal(t, response.Header.Get("Content-Type"), kind)
		}
	}
	must(t, p.responder.Close())
	response := one(http.Post(url+"/.well-known/cmp", kind, strings.NewReader("x")))(t)
	response.Body.Close()
	equal(t, response.StatusCode, 503)
}

func TestWhatIsNoMessageIsAnErrorOfTheTransport(t *testing.T) {
	url := served(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "large") {
			w.Header().Set("Content-Type", "application/pkixcmp")
			w.Write(make([]byte, 2000))
			return
		}
		http.Error(w, "go away", http.StatusForbidden)
	}))
	p := newPlant(t)
	client := p.client()
	client.Transport = &cmpkit.HTTPTransport{URL: url}
	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1"})
	contains(t, expect(t, err, cmpkit.CodeCallbackFailed).Text, "403 Forbidden")
	_, err = (&cmpkit.HTTPTransport{URL: url + "/large", MaxAnswer: 1999}).Exchange(soon(t), "", nil)
	contains(t, err.Error(), "more than 1999 octets")

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = (&cmpkit.HTTPTransport{URL: url}).Exchange(ctx, "", nil)
	equal(t, errors.Is(err, context.Canceled), true)
}
