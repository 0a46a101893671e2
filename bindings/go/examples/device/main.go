// Device gets a certificate by a shared secret, and goes on where it was after a crash: its key and its state are in FOLDER.
//
//	go run cmpkit.dev/go/examples/device URL ROOT.pem SECRETFILE FOLDER
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"

	cmpkit "cmpkit.dev/go"
)

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: device URL ROOT.pem SECRETFILE FOLDER")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	issued, err := enroll(ctx, os.Args[1], os.Args[2], os.Args[3], os.Args[4])
	var e *cmpkit.Error
	switch {
	case errors.Is(err, cmpkit.ErrRejected) && errors.As(err, &e):
		log.Fatalf("the CA refuses (%s): %v", e.FailInfoName, err)
	case errors.Is(err, cmpkit.ErrTransport):
		log.Fatalf("the CA cannot be reached, try again: %v", err)
	case err != nil:
		log.Fatal(err)
	}
	os.Stdout.Write(issued.PEM)
}

func enroll(ctx context.Context, url, root, secret, folder string) (*cmpkit.Issued, error) {
	client, err := client(url, root, secret, filepath.Join(folder, "state"))
	if err != nil {
		return nil, err
	}
	key, err := deviceKey(filepath.Join(folder, "key.pem"))
	if err != nil {
		return nil, err
	}
	defer os.Remove(filepath.Join(folder, "state"))
	if state, err := os.ReadFile(filepath.Join(folder, "state")); err == nil {
		fmt.Fprintln(os.Stderr, "going on where it was")
		return client.Resume(ctx, state, key)
	}
	return client.Enroll(ctx, cmpkit.EnrollOptions{Key: key, Subject: "/CN=dev1"})
}

func client(url, root, secret, state string) (*cmpkit.Client, error) {
	anchors, err := os.ReadFile(root)
	if err != nil {
		return nil, err
	}
	trust, err := cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: anchors})
	if err != nil {
		return nil, err
	}
	octets, err := os.ReadFile(secret)
	if err != nil {
		return nil, err
	}
	credentials, err := cmpkit.NewSecretCredentials("dev1", octets, cmpkit.SecretOptions{})
	if err != nil {
		return nil, err
	}
	return &cmpkit.Client{
		URL: url, Credentials: credentials, Trust: trust,
		Save: func(_ context.Context, octets []byte) error {
			if err := os.WriteFile(state+".new", octets, 0o600); err != nil {
				return err
			}
			return os.Rename(state+".new", state)
		},
	}, nil
}

// deviceKey is the one in the file, or a fresh one that is written there.
func deviceKey(file string) (*cmpkit.Key, error) {
	if text, err := os.ReadFile(file); err == nil {
		return cmpkit.LoadKey(text, nil)
	}
	key, err := cmpkit.GenerateKey("ec:P-256")
	if err != nil {
		return nil, err
	}
	text, err := key.PEM(nil)
	if err != nil {
		return nil, err
	}
	return key, os.WriteFile(file, text, 0o600)
}
