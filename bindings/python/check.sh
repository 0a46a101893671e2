#!/usr/bin/env bash
# Everything that is checked of the package: check.sh PREFIX FOLDER [PYTHON]
#   PREFIX   where cmpkit is installed      FOLDER   for environments and builds, kept for the next run      PYTHON   python3 where it is not said
set -euo pipefail
[ $# -ge 2 ] || { sed -n 2,3p "$0"; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
prefix=$(cd "$1" && pwd)
mkdir -p "$2"
work=$(cd "$2" && pwd)
python=${3:-python3}
unset PYTHONPATH LD_LIBRARY_PATH
export PYTHONDONTWRITEBYTECODE=1 MYPYPATH=
step() { echo "== $*"; }

# An environment with the packages listed in a file, made anew when that file changes.
environment() {
    local folder=$1 list=$2
    cmp -s "$list" "$folder/made-of" && return 0
    step "environment ${folder##*/}"
    rm -rf "$folder"
    "$python" -m venv "$folder"
    "$folder/bin/pip" install -q --disable-pip-version-check -r "$list"
    cp "$list" "$folder/made-of"
}

environment "$work/dev" "$here/requirements-dev.txt"
bin=$work/dev/bin

step wheel
rm -rf "$work/wheels"
PATH=$bin:$PATH CMAKE_PREFIX_PATH=$prefix "$bin/pip" wheel -q --disable-pip-version-check --no-build-isolation --no-deps -C build-dir="$work/build" -w "$work/wheels" "$here"
wheel=$(echo "$work"/wheels/cmpkit-*.whl)
case $wheel in *-abi3-*) ;; *) echo "not for the stable ABI: $wheel"; exit 1 ;; esac
"$bin/pip" install -q --disable-pip-version-check --force-reinstall --no-deps "$wheel"

# From here on nothing may be found but what is installed.
cd "$work"
step types
"$bin/mypy" --config-file "$here/pyproject.toml" --cache-dir "$work/mypy"
step tests
"$bin/pytest" -p no:cacheprovider -c "$here/pyproject.toml" --rootdir "$here" "$here/tests"
step reference
"$bin/python" -W error -m pdoc --no-show-source cmpkit cmpkit.aio cmpkit.request -o "$work/reference"

step "a device away from any source tree"
rm -rf "$work/clean" "$work/alone"
"$python" -m venv "$work/clean"
"$work/clean/bin/pip" install -q --disable-pip-version-check --no-index --no-deps "$wheel"
mkdir "$work/alone"
cp "$here/examples/enroll.py" "$work/alone/device.py"
cat >>"$work/alone/device.py" <<'PYTHON'

import sys
ours = str(Path(cmpkit.__file__).parent)
for line in Path("/proc/self/maps").read_text().splitlines():
    if "cmpkit" in line and not (file := line.split(maxsplit=5)[-1]).startswith(ours):
        sys.exit(f"not of the package: {file}")
assert f"{ours}/libcmpkit.so.0" in Path("/proc/self/maps").read_text()
assert f"{ours}/plugins/cmpkit-transport-http.so" in Path("/proc/self/maps").read_text()
PYTHON
(cd "$work/alone" && env -i PATH=/usr/bin:/bin "$work/clean/bin/python" device.py)
echo "all well: $wheel"
