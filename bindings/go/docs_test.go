package cmpkit_test

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"strings"
	"testing"
)

func TestEverythingPublicIsDocumented(t *testing.T) {
	files := token.NewFileSet()
	packages := one(parser.ParseDir(files, ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, parser.ParseComments))(t)
	of := doc.New(packages["cmpkit"], "cmpkit.dev/go", 0)
	said := func(name, text string) {
		if strings.TrimSpace(text) == "" && name != "Error.Is" {
			t.Errorf("%s has no comment", name)
		}
	}
	said("package", of.Doc)
	values(said, of.Consts)
	values(said, of.Vars)
	for _, function := range of.Funcs {
		said(function.Name, function.Doc)
	}
	for _, kind := range of.Types {
		said(kind.Name, kind.Doc)
		values(said, kind.Consts)
		for _, function := range append(kind.Funcs, kind.Methods...) {
			if kind.Name == "Refused" || kind.Name == "Later" {
				continue // Error says what every Error does
			}
			said(kind.Name+"."+function.Name, function.Doc)
		}
	}
}

// values need a comment of their own, or one for their group.
func values(said func(string, string), groups []*doc.Value) {
	for _, group := range groups {
		for _, spec := range group.Decl.Specs {
			value := spec.(*ast.ValueSpec)
			said(value.Names[0].Name, group.Doc+value.Doc.Text()+value.Comment.Text())
		}
	}
}

func TestTheReferenceIsWritten(t *testing.T) {
	out, err := exec.Command("go", "doc", "-all", ".").CombinedOutput()
	must(t, err)
	for _, name := range []string{"func (c *Client) Enroll(", "type Responder struct", "ErrRejected"} {
		contains(t, string(out), name)
	}
	if strings.Contains(strings.ToLower(string(out[:200])), "warning") {
		t.Errorf("%s", out[:200])
	}
}

func TestWhatIsGeneratedIsWhatTheInterfaceMakes(t *testing.T) {
	if _, err := exec.LookPath("swig"); err != nil {
		t.Fatal("the test needs SWIG 4.1: apt-get install swig")
	}
	out, err := exec.Command("./generate.sh", "--check").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestADifferenceToTheInterfaceIsSeen(t *testing.T) {
	tree := t.TempDir()
	copyTree := exec.Command("sh", "-c", `mkdir -p "$0/bindings/go" "$0/capi" && cp -r ../swig "$0/bindings/" && cp -r internal generate.sh "$0/bindings/go/" && cp ../../capi/cmpkit.h "$0/capi/"`, tree)
	if out, err := copyTree.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	check := func() ([]byte, error) {
		return exec.Command(tree+"/bindings/go/generate.sh", "--check").CombinedOutput()
	}
	if out, err := check(); err != nil {
		t.Fatalf("unchanged: %v\n%s", err, out)
	}
	must(t, exec.Command("sh", "-c", `echo "// changed" >> "$0/bindings/go/internal/raw/call.hpp"`, tree).Run())
	out, err := check()
	if err == nil {
		t.Error("a changed copy is not seen")
	}
	contains(t, string(out), "run bindings/go/generate.sh")
}
