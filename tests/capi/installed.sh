#!/usr/bin/env bash
# installed.sh SOURCE BUILD: an installed library is found by find_package and, uninstalled, by pkg-config; README's lines of C compile against both.
set -euo pipefail
source=$1 build=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
{
    echo '#include <cmpkit/cmpkit.h>'
    echo 'int main(void) {'
    echo '    cmpkit_context *context; cmpkit_credentials *credentials; cmpkit_trust *trust; cmpkit_key *key; cmpkit_operation *operation; cmpkit_buf *pem;'
    echo '    cmpkit_error *error; const uint8_t secret[] = "x", root_pem[] = ""; size_t secret_size = 1, root_size = 0;'
    sed -n '/^```c$/,/^```$/p' "$source/README.md" | grep -v '^```'
    echo '    return 0;'
    echo '}'
} >"$folder/main.c"
cmake --install "$build" --prefix "$folder/prefix" >/dev/null
[ -n "$(find "$folder/prefix" -name cmpkit-transport-http.so)" ]
# The store in PostgreSQL is a module that stands beside them; nothing else needs libpq.
[ -n "$(find "$folder/prefix" -name cmpkit-store-postgres.so)" ]
if readelf -d "$(find "$folder/prefix" -name libcmpkit.so)" | grep libpq; then exit 1; fi
cat >"$folder/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.20)
project(consumer C)
find_package(cmpkit REQUIRED)
add_executable(consumer main.c)
target_link_libraries(consumer PRIVATE cmpkit::cmpkit)
CMAKE
cmake -S "$folder" -B "$folder/b" -DCMAKE_PREFIX_PATH="$folder/prefix" >/dev/null
cmake --build "$folder/b" >/dev/null
cc -std=c99 $(PKG_CONFIG_PATH=$build pkg-config --cflags cmpkit) "$folder/main.c" $(PKG_CONFIG_PATH=$build pkg-config --libs cmpkit) -o "$folder/uninstalled"
