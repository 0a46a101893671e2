"""What is documented is there, and runs."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import cmpkit
from cmpkit import aio

FOLDER = Path(__file__).parents[1]


def run(*command: str, cwd: Path) -> str:
    done = subprocess.run([sys.executable, "-W", "error", *command], cwd=cwd, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_code_of_the_readme_runs_as_it_stands(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", (FOLDER / "README.md").read_text(), re.DOTALL)
    assert len(blocks) >= 10
    (tmp_path / "readme.py").write_text("\n".join(blocks))
    out = run("readme.py", cwd=tmp_path)
    assert "badRequest" in out and "<Certificate 'CN=dev1'>" in out and "BEGIN X509 CRL" in out


@pytest.mark.parametrize("example", sorted((FOLDER / "examples").glob("*.py")), ids=lambda file: file.name)
def test_an_example_runs(example: Path, tmp_path: Path) -> None:
    assert "CN=" in run(str(example), cwd=tmp_path)


def test_the_reference_is_written_without_a_warning(tmp_path: Path) -> None:
    run("-m", "pdoc", "--no-show-source", "cmpkit", "cmpkit.aio", "cmpkit.request", "-o", str(tmp_path), cwd=tmp_path)
    page = (tmp_path / "cmpkit.html").read_text()
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", page))
    assert "def enroll( self, key:" in text.replace("(self", "( self") and "RFC 9483" in text and "_raw" not in text.replace("raw_json", "")


def test_the_command_for_the_reference_is_documented() -> None:
    assert "python -m pdoc --no-show-source cmpkit cmpkit.aio cmpkit.request -o reference" in (FOLDER / "README.md").read_text()


def public_things() -> list[tuple[str, Any]]:
    found = []
    for module in (cmpkit, aio, cmpkit.request):
        for name, value in vars(module).items():
            if name.startswith("_") or not (inspect.isclass(value) or inspect.isfunction(value)) or not value.__module__.startswith("cmpkit"):
                continue
            found.append((f"{module.__name__}.{name}", value))
            if inspect.isclass(value):
                members = [(member, getattr(value, member)) for member in vars(value) if not member.startswith("_")]
                found += [(f"{name}.{member}", inner) for member, inner in members if inspect.isfunction(inner) or inspect.ismethod(inner) or isinstance(inner, property)]
    return found


@pytest.mark.parametrize("name, value", public_things(), ids=lambda each: each if isinstance(each, str) else "")
def test_a_public_thing_has_its_words(name: str, value: Any) -> None:
    assert inspect.getdoc(value)


def test_each_module_says_what_it_is_for() -> None:
    for module in pkgutil.iter_modules(cmpkit.__path__):
        if module.name not in ("raw", "_raw"):
            assert importlib.import_module(f"cmpkit.{module.name}").__doc__
