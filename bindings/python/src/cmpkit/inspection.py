"""Looking into messages and certificates. For people: no operation goes by it, and neither secrets nor trust are known here."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any

from . import raw
from .octets import Encoded, octets


class Shown:
    """What a CMP message, certificate, CRL, PKCS#10 or CRMF request says."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.text: str = raw.show_text(data)
        """A few lines in words, what is odd about it against the profile, and its elements with offsets."""

    @cached_property
    def brief(self) -> str:
        """The same without the elements."""
        return raw.show_brief(self._data)

    @cached_property
    def raw_json(self) -> str:
        """The same as one JSON object, described in docs/show-json.md."""
        return raw.show_json(self._data)

    @cached_property
    def json(self) -> dict[str, Any]:
        """The same as Python has it."""
        parsed: dict[str, Any] = json.loads(self.raw_json)
        return parsed

    def __str__(self) -> str:
        return self.text


def show(data: Encoded) -> Shown:
    """Looks into a CMP message, certificate, CRL, PKCS#10 or CRMF request, DER or PEM. `MalformedError`: it is none of these."""
    return Shown(bytes(octets(data)))


def peers() -> list[dict[str, Any]]:
    """The profiles of peers that are part of the library (docs/peers.md), each with what is not as without one."""
    found: list[dict[str, Any]] = json.loads(raw.peers())
    return found


def version() -> str:
    """Of the library."""
    return raw.version()
