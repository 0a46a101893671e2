#!/bin/sh
# Makes a folder that serves the module as a Go proxy does:
#   bindings/go/pack.sh FOLDER [VERSION]
#   GOPROXY=file://FOLDER GONOSUMDB=cmpkit.dev GOFLAGS=-mod=mod go get cmpkit.dev/go
# VERSION is the project's, of CMakeLists.txt. The same tree gives the same octets. It needs python3.
set -eu
[ $# -ge 1 ] || { echo "usage: pack.sh FOLDER [VERSION]" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
project=$(sed -n 's/^project(cmpkit VERSION \([0-9.]*\).*/\1/p' "$here/../../CMakeLists.txt")
mkdir -p "$1/cmpkit.dev/go/@v"
exec python3 - "$here" "$1/cmpkit.dev/go/@v" "v${2:-$project}" <<'PYTHON'
import json, os, sys, zipfile

here, out, version = sys.argv[1:]
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip knows


def files():
    for folder, inner, names in os.walk(here):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        for name in sorted(names):
            yield os.path.relpath(os.path.join(folder, name), here)
    yield "LICENSE"


with zipfile.ZipFile(os.path.join(out, version + ".zip"), "w", zipfile.ZIP_DEFLATED) as module:
    for name in files():
        of = os.path.join(here, name) if name != "LICENSE" else os.path.join(here, "../../LICENSE")
        with open(of, "rb") as file:
            module.writestr(zipfile.ZipInfo(f"cmpkit.dev/go@{version}/{name}", EPOCH), file.read(), zipfile.ZIP_DEFLATED)
with open(os.path.join(here, "go.mod")) as file, open(os.path.join(out, version + ".mod"), "w") as mod:
    mod.write(file.read())
with open(os.path.join(out, version + ".info"), "w") as info:
    json.dump({"Version": version, "Time": "1980-01-01T00:00:00Z"}, info)
known = os.path.join(out, "list")
versions = set(open(known).read().split()) if os.path.exists(known) else set()
with open(known, "w") as file:
    file.write("".join(each + "\n" for each in sorted(versions | {version})))
print(os.path.join(out, version + ".zip"))
PYTHON
