#!/usr/bin/env bash
# bindings.sh PREFIX FOLDER: what the bindings add to the C ABI, in nanoseconds a call, measured one after the other in one run. `limit` is twice what a
# sketch of the bindings took when they were planned. PREFIX is where cmpkit is installed; what is built stays in FOLDER.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)
root=$(dirname "$here")
export PKG_CONFIG_PATH GOTOOLCHAIN=local
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name cmpkit.pc | head -1)")
libraries=$(pkg-config --variable=libdir cmpkit)

build() {
    cc -O2 "$here/bindings.c" $(pkg-config --cflags --libs cmpkit) "-Wl,-rpath,$libraries" -o "$work/floor"
    [ -x "$work/python/bin/pip" ] || python3 -m venv "$work/python"
    CMAKE_PREFIX_PATH=$prefix "$work/python/bin/pip" install -q --disable-pip-version-check --force-reinstall "$root/bindings/python"
    mvn -q -f "$root/bindings/java/pom.xml" package -DskipTests "-Dcmpkit.prefix=$prefix" "-Dbuild.folder=$work/java"
    (cd "$here/bindings/go" && CGO_LDFLAGS=-Wl,-rpath,$libraries go build -o "$work/go" .)
}
build >"$work/build.log" 2>&1 || { tail -n 30 "$work/build.log" && exit 1; }

rm -rf "$work/ca" && mkdir "$work/ca"
"$work/floor" "$work/ca" >"$work/c.tsv"
"$work/python/bin/python" "$here/bindings/bench.py" >"$work/python.tsv"
java -cp "$(echo "$work"/java/cmpkit-*[0-9].jar)" "$here/bindings/Bench.java" >"$work/java.tsv"
"$work/go" >"$work/go.tsv"

# Names of the measurements, with the limits for Python, Java and Go; 0: none, for most of it is the operation itself.
awk -F'\t' -v work="$work" '
    function overhead(language, name) {
        if (name == "1m") return overhead(language, "in_1m") + overhead(language, "out_1m")
        return took[language, name] - took["c", name]
    }
    function cell(language, name, limit,   over) {
        over = overhead(language, name)
        return limit ? sprintf("%9d of %7d%s", over, limit, over > limit ? " !" : "  ") : sprintf("%9d           ", over)
    }
    BEGIN {
        split("c python java go", languages, " ")
        for (i in languages) while ((getline line < (work "/" languages[i] ".tsv")) > 0) { split(line, part, "\t"); took[languages[i], part[1]] = part[2] }
        printf "%-36s %9s   %-21s %-21s %-21s\n", "ns over the C ABI, of the limit", "C", "Python", "Java", "Go"
    }
    { c = $1 == "1m" ? took["c", "in_1m"] + took["c", "out_1m"] : took["c", $1]
      printf "%-36s %9d   %s %s %s\n", $2, c, cell("python", $1, $3), cell("java", $1, $4), cell("go", $1, $5) }
' <<'TSV'
call	a call	346	26	260
in_16	a call with 16 octets	1300	468	1884
1m	1 MiB in, and 1 MiB out	2974000	958000	2494000
failure	a failure as an exception, an error	38000	28000	46000
operation_callback	a support message, with a callback	0	0	0
TSV
