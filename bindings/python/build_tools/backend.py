"""The build back end: scikit-build-core, and which wheel SWIG can make.

Code of SWIG before 4.2 does not compile against Python's stable ABI. With such a SWIG, as Debian 12 has it, the wheel is for one version of Python.
"""

from __future__ import annotations

import re
import subprocess
from typing import Any

from scikit_build_core import build as core
from scikit_build_core.build import *  # noqa: F403  all other hooks are its own

Settings = dict[str, Any] | None


def _swig_version() -> tuple[int, int]:
    for name in ("swig", "swig4.0"):
        try:
            said = subprocess.run([name, "-version"], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        if found := re.search(r"SWIG Version (\d+)\.(\d+)", said):
            return int(found[1]), int(found[2])
    return 0, 0


def _fitting(settings: Settings) -> Settings:
    return settings if _swig_version() >= (4, 2) else {"wheel.py-api": "", **(settings or {})}


def prepare_metadata_for_build_wheel(metadata_directory: str, config_settings: Settings = None) -> str:
    return core.prepare_metadata_for_build_wheel(metadata_directory, _fitting(config_settings))


def prepare_metadata_for_build_editable(metadata_directory: str, config_settings: Settings = None) -> str:
    return core.prepare_metadata_for_build_editable(metadata_directory, _fitting(config_settings))


def build_wheel(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    return core.build_wheel(wheel_directory, _fitting(config_settings), metadata_directory)


def build_editable(wheel_directory: str, config_settings: Settings = None, metadata_directory: str | None = None) -> str:
    return core.build_editable(wheel_directory, _fitting(config_settings), metadata_directory)
