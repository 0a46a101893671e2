// What it costs to cross from Go to the library and back: lines of name, tab, nanoseconds; each the best of some rounds.
//
//	cd bench/bindings/go && go run . [-rounds 5]
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	cmpkit "cmpkit.dev/go"
)

var rounds = flag.Int("rounds", 5, "the best of so many counts")

func main() {
	flag.Parse()
	folder, err := os.MkdirTemp("", "bench")
	check(err)
	defer os.RemoveAll(folder)
	client := device(filepath.Join(folder, "ca"))
	operation, err := client.GetOperation(cmpkit.GetCACertificates, cmpkit.GetOptions{})
	check(err)
	_, err = operation.Begin(time.Now())
	check(err)
	small, large := bytes.Repeat([]byte{'m'}, 16), bytes.Repeat([]byte{'m'}, 1<<20)

	best("call", 100_000, func() { _ = cmpkit.ABIVersion() })
	best("in_16", 100_000, func() { check(operation.SetMemo(small)) })
	best("in_1m", 200, func() { check(operation.SetMemo(large)) })
	state, err := operation.Save()
	check(err)
	best("out_1m", 200, func() { _, err := cmpkit.SavedMemo(state); check(err) })
	best("operation_callback", 200, func() {
		_, err := client.CACertificates(context.Background(), cmpkit.GetOptions{})
		check(err)
	})
	best("failure", 10_000, func() {
		if _, err := cmpkit.SavedMemo(small); !errors.Is(err, cmpkit.ErrMalformed) {
			log.Fatal(err)
		}
	})
}

// best prints the nanoseconds of one call, in the best round.
func best(name string, times int, function func()) {
	least := time.Duration(1<<63 - 1)
	for range *rounds {
		began := time.Now()
		for range times {
			function()
		}
		least = min(least, time.Since(began))
	}
	fmt.Printf("%s\t%d\n", name, least.Nanoseconds()/int64(times))
}

// device asks a CA in this process by a shared secret, over a transport that is a callback.
func device(folder string) *cmpkit.Client {
	check(cmpkit.InitCA(folder, cmpkit.CAOptions{Subject: "CN=Bench", Reference: "dev1", Secret: "a long secret"}))
	config, err := os.ReadFile(filepath.Join(folder, "cmpkit.toml"))
	check(err)
	text := bytes.Replace(config, []byte("file = \"store.db\""), nil, 1)
	responder, err := cmpkit.NewResponder(cmpkit.ResponderOptions{Config: string(text), Folder: folder})
	check(err)
	credentials, err := cmpkit.NewSecretCredentials("dev1", []byte("a long secret"), cmpkit.SecretOptions{Iterations: 100})
	check(err)
	root, err := os.ReadFile(filepath.Join(folder, "root.pem"))
	check(err)
	trust, err := cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: root})
	check(err)
	return &cmpkit.Client{
		Credentials: credentials, Trust: trust,
		Transport: cmpkit.TransportFunc(func(ctx context.Context, _ string, request []byte) ([]byte, error) {
			return responder.Answer(ctx, cmpkit.Request{Message: request})
		}),
	}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
