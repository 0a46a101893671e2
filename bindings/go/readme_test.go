package cmpkit_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The blocks of the README are statements in the body of a function with these parameters.
const readmeProgram = `package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmpkit "cmpkit.dev/go"
)

var _ = fmt.Sprint(ecdsa.GenerateKey, elliptic.P256, rand.Reader, errors.Is, time.Second, context.Background)

type given struct {
	ctx          context.Context
	url, folder  string
	root, secret []byte
	client       *cmpkit.Client
	key          *cmpkit.Key
	responder    *cmpkit.Responder
}

func main() {
	folder, err := os.MkdirTemp("", "readme")
	check(err)
	defer os.RemoveAll(folder)
	ca := filepath.Join(folder, "ca")
	check(cmpkit.InitCA(ca, cmpkit.CAOptions{Subject: "/O=Plant/CN=Plant Root", Reference: "dev1", Secret: "a long secret"}))
	config, err := os.ReadFile(filepath.Join(ca, "cmpkit.toml"))
	check(err)
	text := strings.Replace(string(config), "uses      = 1 ", "uses      = 0 ", 1)
	g := given{ctx: context.Background(), folder: filepath.Join(folder, "fresh"), secret: []byte("a long secret")}
	g.responder, err = cmpkit.NewResponder(cmpkit.ResponderOptions{Config: text, Folder: ca})
	check(err)
	listener, err := g.responder.Listen("http://127.0.0.1:0")
	check(err)
	defer listener.Close()
	urls, err := listener.URLs()
	check(err)
	g.url = urls[0]
	g.root, err = os.ReadFile(filepath.Join(ca, "root.pem"))
	check(err)
	trust, err := cmpkit.NewTrust(cmpkit.TrustOptions{Anchors: g.root})
	check(err)
	credentials, err := cmpkit.NewSecretCredentials("dev1", g.secret, cmpkit.SecretOptions{})
	check(err)
	g.client = &cmpkit.Client{URL: g.url, Credentials: credentials, Trust: trust}
	g.key, err = cmpkit.GenerateKey("ec:P-256")
	check(err)
	check(os.Mkdir(g.folder, 0o700))
	run(&g)
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
`

func TestTheCodeOfTheReadmeRuns(t *testing.T) {
	text := string(one(os.ReadFile("README.md"))(t))
	blocks := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(text, -1)
	equal(t, len(blocks), 5)
	program, calls := readmeProgram, ""
	for i, block := range blocks {
		program += fmt.Sprintf("\nfunc block%d(ctx context.Context, url, folder string, root, secret []byte, client *cmpkit.Client, key *cmpkit.Key, responder *cmpkit.Responder) error {\n\t{\n%s\t}\n\treturn nil\n}\n", i, block[1])
		calls += fmt.Sprintf("\tcheck(os.RemoveAll(g.folder))\n\tcheck(os.Mkdir(g.folder, 0o700))\n\tcheck(block%d(g.ctx, g.url, %s, g.root, g.secret, g.client, g.key, g.responder))\n",
			i, map[bool]string{true: "filepath.Join(g.folder, \"ca\")", false: "g.folder"}[strings.Contains(block[1], "InitCA")])
	}
	program += "\nfunc run(g *given) {\n" + calls + "}\n"
	out := runProgram(t, program)
	for _, said := range []string{"CN=dev1", "true", "the CA says no: badCertTemplate", "0"} {
		contains(t, out, said)
	}
}

// runProgram compiles and runs a program in a module of its own.
func runProgram(t testing.TB, program string) string {
	t.Helper()
	folder := t.TempDir()
	here := one(os.Getwd())(t)
	module := fmt.Sprintf("module readme\n\ngo 1.24\n\nrequire cmpkit.dev/go v0.0.0\n\nreplace cmpkit.dev/go => %s\n", here)
	must(t, os.WriteFile(filepath.Join(folder, "go.mod"), []byte(module), 0o600))
	must(t, os.WriteFile(filepath.Join(folder, "main.go"), []byte(program), 0o600))
	return runGo(t, folder, "run", ".")
}

func runGo(t testing.TB, folder string, arguments ...string) string {
	t.Helper()
	command := exec.Command("go", arguments...)
	command.Dir = folder
	command.Env = append(os.Environ(), "GOFLAGS=-mod=mod -buildvcs=false", "GOPROXY=off")
	out, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(arguments, " "), err, out)
	}
	return string(out)
}
