package cmpkit_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	cmpkit "cmpkit.dev/go"
)

func TestAMessageIsShown(t *testing.T) {
	p := newPlant(t)
	client := p.client()
	var message []byte
	client.Transport = cmpkit.TransportFunc(func(_ context.Context, _ string, request []byte) ([]byte, error) {
		message = request
		return nil, errOwn
	})
	_, err := client.Enroll(soon(t), cmpkit.EnrollOptions{Key: freshKey(t), Subject: "CN=dev1 🏭"})
	expect(t, err, cmpkit.CodeCallbackFailed, errOwn)
	seen := one(cmpkit.Show(message))(t)
	equal(t, seen.Type, "PKIMessage")
	equal(t, seen.Size, len(message))
	contains(t, seen.Summary, "ir")
	contains(t, seen.Protection, "MAC")
	contains(t, seen.Text, "CN=dev1 🏭")
	equal(t, len(seen.Brief) < len(seen.Text), true)
	equal(t, json.Valid(seen.JSON) && json.Valid(seen.Value), true)

	shown := one(cmpkit.Show(p.root))(t)
	equal(t, shown.Type+shown.Protection, "Certificate")
}

func TestSummariesAndVersions(t *testing.T) {
	p := newPlant(t)
	summary := one(cmpkit.SummarizeCertificate(p.root))(t)
	equal(t, summary.Subject+" "+summary.Key, "CN=Plant Root,O=Plant ec:P-256")
	equal(t, summary.NotAfter.After(summary.NotBefore), true)
	contains(t, string(one(cmpkit.Peers())(t)), "ejbca")
	equal(t, strings.Count(cmpkit.Version(), "."), 2)
	equal(t, cmpkit.ABIVersion() > 0, true)
}

func TestALibraryTellsItsTransports(t *testing.T) {
	library := one(cmpkit.NewLibrary(cmpkit.LibraryOptions{}))(t)
	names := map[string]cmpkit.TransportPlugin{}
	for _, plugin := range one(library.Transports())(t) {
		names[plugin.Name] = plugin
	}
	equal(t, names["http"].Client && names["http"].Server && len(names["http"].Options) > 5, true)
	equal(t, one(library.IsOffline("file:///tmp/x"))(t), true)
	equal(t, one(library.IsOffline("http://127.0.0.1"))(t), false)

	p := newPlant(t)
	url := p.listen(t)
	links := one(library.Discover(soon(t), url, cmpkit.ExchangeOptions{}))(t)
	equal(t, len(links) > 3, true)
	answer := one(library.Exchange(soon(t), url, []byte("hello"), cmpkit.ExchangeOptions{}))(t)
	contains(t, one(cmpkit.Show(answer))(t).Summary, "badDataFormat")

	must(t, library.SetOption("http", "max-message", "10"))
	_, err := library.Exchange(soon(t), url, []byte("hello"), cmpkit.ExchangeOptions{})
	expect(t, err, cmpkit.CodeTooLarge, cmpkit.ErrMalformed)

	elsewhere := one(cmpkit.NewLibrary(cmpkit.LibraryOptions{PluginFolders: []string{t.TempDir()}}))(t)
	equal(t, len(one(elsewhere.Transports())(t)), 0)
	must(t, library.Close())
	_, err = library.Transports()
	expect(t, err, cmpkit.CodeBadState, cmpkit.ErrBadState)
}
