"""The package as it was installed."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import cmpkit
from cmpkit import raw

INSTALLED = Path(cmpkit.__file__).parent


def test_it_is_the_installed_package_that_is_tested() -> None:
    assert "site-packages" in str(INSTALLED)


def test_the_version_is_that_of_the_library() -> None:
    assert metadata.version("cmpkit") == cmpkit.__version__ == cmpkit.version()


def test_it_carries_the_library_its_plugins_types_and_licence() -> None:
    assert (INSTALLED / "libcmpkit.so.0").exists() and (INSTALLED / "py.typed").exists()
    assert (INSTALLED / "plugins" / "cmpkit-transport-http.so").exists()
    assert {"LICENSE", "NOTICE"} <= {file.name for file in metadata.files("cmpkit") or ()}


def test_the_library_in_use_is_that_of_the_package() -> None:
    mapped = {line.split(maxsplit=5)[-1].strip() for line in Path("/proc/self/maps").read_text().splitlines() if "libcmpkit" in line}
    assert mapped == {str(INSTALLED / "libcmpkit.so.0")}


def test_the_types_of_the_hidden_module_are_those_it_has() -> None:
    done = subprocess.run([sys.executable, "-m", "mypy.stubtest", "cmpkit.raw", "--ignore-missing-stub", "--ignore-disjoint-bases"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_package_cryptography_is_loaded_only_when_it_is_met() -> None:
    script = "import sys, cmpkit; cmpkit.Key.generate().pem(); assert not any(name.startswith('cryptography') for name in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("name", [name for name in cmpkit.__all__])
def test_what_is_exported_is_public(name: str) -> None:
    assert getattr(cmpkit, name).__module__ != raw.__name__
