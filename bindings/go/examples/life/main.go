// Life is a certificate's life in one program: a CA is founded in a folder, serves at a free port, and a device enrolls, updates and revokes.
//
//	go run cmpkit.dev/go/examples/life
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	cmpkit "cmpkit.dev/go"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	folder, err := os.MkdirTemp("", "life")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	if err := life(ctx, filepath.Join(folder, "ca")); err != nil {
		log.Fatal(err)
	}
}

func life(ctx context.Context, folder string) error {
	listener, err := serve(folder)
	if err != nil {
		return err
	}
	defer listener.Close()
	urls, err := listener.URLs()
	if err != nil {
		return err
	}
	client, err := device(folder, urls[0])
	if err != nil {
		return err
	}
	key, err := cmpkit.GenerateKey("ec:P-256")
	if err != nil {
		return err
	}
	issued, err := client.Enroll(ctx, cmpkit.EnrollOptions{Key: key, Subject: "/O=Plant/CN=dev1"})
	if err != nil {
		return err
	}
	certificate, err := issued.Certificate()
	if err != nil {
		return err
	}
	fmt.Println("enrolled", certificate.Subject)
	return replace(ctx, client, issued, key)
}

// serve founds a CA and serves it.
func serve(folder string) (*cmpkit.Listener, error) {
	err := cmpkit.InitCA(folder, cmpkit.CAOptions{Subject: "/O=Plant/CN=Plant Root", Reference: "dev1", Secret: "a long secret"})
	if err != nil {
		return nil, err
	}
	config, err := os.ReadFile(filepath.Join(folder, "cmpkit.toml"))
	if err != nil {
		return nil, err
	}
	responder, err := cmpkit.NewResponder(cmpkit.ResponderOptions{Config: string(config), Folder: folder})
	if err != nil {
		return nil, err
	}
	return responder.Listen("http://127.0.0.1:0")
}

// device is a client with a shared secret, which trusts the CA's root.
func device(folder, url string) (*cmpkit.Client, error) {
	root, err := os.ReadFile(filepath.Join(folder, "root.pem"))
	if err != nil {
		return nil, err
	}
	trust, err := cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: root})
	if err != nil {
		return nil, err
	}
	credentials, err := cmpkit.NewSecretCredentials("dev1", []byte("a long secret"), cmpkit.SecretOptions{})
	return &cmpkit.Client{URL: url, Credentials: credentials, Trust: trust}, err
}

// replace updates the certificate, and revokes the one that took its place.
func replace(ctx context.Context, client *cmpkit.Client, issued *cmpkit.Issued, key *cmpkit.Key) (err error) {
	if client.Credentials, err = issued.Credentials(key); err != nil {
		return err
	}
	key, err = cmpkit.GenerateKey("rsa:2048")
	if err != nil {
		return err
	}
	if issued, err = client.Update(ctx, cmpkit.EnrollOptions{Key: key}); err != nil {
		return err
	}
	fmt.Println("updated")
	if client.Credentials, err = issued.Credentials(key); err != nil {
		return err
	}
	if err = client.Revoke(ctx, cmpkit.RevokeOptions{Reason: "superseded"}); err != nil {
		return err
	}
	fmt.Println("revoked")
	return nil
}
