#!/bin/sh
# All that is tested of the Go binding, against a library that is installed:
#   bindings/go/check.sh PREFIX WORKFOLDER
# It needs Go, a C++20 compiler, pkg-config, SWIG 4.1, python3 and openssl. Second runs go by Go's cache. What differs, or fails, ends it.
set -eu
[ $# -eq 2 ] || { echo "usage: check.sh PREFIX WORKFOLDER" >&2; exit 2; }
prefix=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)
cd "$(dirname "$0")"

libraries=$(dirname "$(find "$prefix" -name cmpkit.pc | head -1)")
[ -f "$libraries/cmpkit.pc" ] || { echo "check.sh: no cmpkit.pc below $prefix" >&2; exit 1; }
export PKG_CONFIG_PATH="$libraries" GOTOOLCHAIN=local GOFLAGS=-buildvcs=false
CGO_LDFLAGS="-Wl,-rpath,$(pkg-config --variable=libdir cmpkit)"
export CGO_LDFLAGS

step() { echo "== $*"; }

step "what is generated is what the interface makes"
./generate.sh --check
step "gofmt"
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "$unformatted" >&2; exit 1; }
step "go vet"
go vet ./...
step "go test"
go test ./...
step "go test -race"
go test -race ./...
step "the reference"
go doc -all . > "$work/reference.txt"
step "the benchmark"
(cd ../../bench/bindings/go && go vet . && go run . -rounds 1)

step "a stranger gets the module and enrolls"
rm -rf "$work/proxy" "$work/stranger"
./pack.sh "$work/proxy"
mkdir "$work/stranger"
cp examples/life/main.go "$work/stranger/"
cd "$work/stranger"
# A cache of modules of its own: the version is the same when the content is another.
export GOPROXY="file://$work/proxy" GONOSUMDB=cmpkit.dev GOFLAGS="-mod=mod -modcacherw -buildvcs=false" GOMODCACHE="$work/stranger/modules"
go mod init example.com/stranger 2> /dev/null
go get cmpkit.dev/go
go run .
echo "== all is well"
