#!/usr/bin/env bash
# build.sh SOURCE BUILD: configures and builds what the tests of a device's build need; a second run has nothing to do.
set -euo pipefail
cd "$1"
cmake --preset device -B "$2" >/dev/null
cmake --build "$2" -j 2 --target cmpkit cmpkit_program cmpkit-transport-http test_capi
