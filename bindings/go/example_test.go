package cmpkit_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	cmpkit "cmpkit.dev/go"
)

// A device enrolls with a CA in the same program: octets out, octets in, without a network.
func Example() {
	parent, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(parent)
	folder := filepath.Join(parent, "ca")
	if err := cmpkit.InitCA(folder, cmpkit.CAOptions{Subject: "/O=Plant/CN=Plant Root", Reference: "dev1", Secret: "a long secret"}); err != nil {
		log.Fatal(err)
	}
	config, err := os.ReadFile(filepath.Join(folder, "cmpkit.toml"))
	if err != nil {
		log.Fatal(err)
	}
	responder, err := cmpkit.NewResponder(cmpkit.ResponderOptions{Config: string(config), Folder: folder})
	if err != nil {
		log.Fatal(err)
	}
	credentials, err := cmpkit.NewSecretCredentials("dev1", []byte("a long secret"), cmpkit.SecretOptions{})
	if err != nil {
		log.Fatal(err)
	}
	key, err := cmpkit.GenerateKey("ec:P-256")
	if err != nil {
		log.Fatal(err)
	}
	client := &cmpkit.Client{
		Credentials: credentials,
		Transport: cmpkit.TransportFunc(func(ctx context.Context, _ string, request []byte) ([]byte, error) {
			return responder.Answer(ctx, cmpkit.Request{Message: request})
		}),
	}
	root, err := os.ReadFile(filepath.Join(folder, "root.pem"))
	if err != nil {
		log.Fatal(err)
	}
	if client.Trust, err = cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: root}); err != nil {
		log.Fatal(err)
	}
	issued, err := client.Enroll(context.Background(), cmpkit.EnrollOptions{Key: key, Subject: "/O=Plant/CN=dev1"})
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := issued.Certificate()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(certificate.Subject)
	// Output: CN=dev1,O=Plant
}

func ExampleError() {
	_, err := cmpkit.GenerateKey("rot:13")
	e, is := err.(*cmpkit.Error)
	fmt.Println(is, e.Code, e.Layer)
	// Output: true bad_argument api
}

func ExampleShow() {
	_, err := cmpkit.Show([]byte{0x30, 0x82, 0x01})
	fmt.Println(err)
	// Output: cmpkit: der: the input ends inside an element: read as PKIMessage [badDataFormat]
}
