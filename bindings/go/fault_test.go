package cmpkit

import (
	"context"
	"errors"
	"testing"
)

// Of several failures in one run the first comes back; the others must not stay in the table.
func TestNoFailureOfACallbackIsLeftBehind(t *testing.T) {
	credentials, err := NewSecretCredentials("dev1", []byte("secret"), SecretOptions{Iterations: 100})
	if err != nil {
		t.Fatal(err)
	}
	first, second := errors.New("first"), errors.New("second")
	client := &Client{
		Credentials: credentials,
		Trace:       func(bool, []byte) { panic(first) },
		Transport:   TransportFunc(func(context.Context, string, []byte) ([]byte, error) { return nil, second }),
	}
	for range 50 {
		if _, err := client.CACertificates(context.Background(), GetOptions{}); !errors.Is(err, first) || errors.Is(err, second) {
			t.Fatalf("not the first failure: %v", err)
		}
	}
	faults.lock.Lock()
	defer faults.lock.Unlock()
	if len(faults.waiting) != 0 {
		t.Errorf("%d failures are left", len(faults.waiting))
	}
}
