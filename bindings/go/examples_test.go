package cmpkit_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// built compiles the examples once.
func built(t testing.TB) string {
	t.Helper()
	folder := t.TempDir()
	runGo(t, ".", "build", "-o", folder+"/", "./examples/...")
	return folder
}

func TestTheExamplesRun(t *testing.T) {
	programs := built(t)
	out := one(exec.Command(filepath.Join(programs, "life")).CombinedOutput())(t)
	equal(t, string(out), "enrolled CN=dev1,O=Plant\nupdated\nrevoked\n")

	p := founded(t)
	server := exec.Command(filepath.Join(programs, "server"), p.folder)
	server.Stderr = os.Stderr
	stop := one(server.StdinPipe())(t)
	said := bufio.NewReader(one(server.StdoutPipe())(t))
	must(t, server.Start())
	url := strings.TrimSpace(one(said.ReadString('\n'))(t))

	mine := t.TempDir()
	must(t, os.WriteFile(filepath.Join(mine, "secret"), []byte(secret), 0o600))
	command := exec.Command(filepath.Join(programs, "device"), url, filepath.Join(p.folder, "root.pem"), filepath.Join(mine, "secret"), mine)
	pem, err := command.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	contains(t, string(pem), "BEGIN CERTIFICATE")
	must(t, stop.Close())
	must(t, server.Wait())
}
