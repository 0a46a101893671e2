"""What stands for octets: bytes-like objects, PEM text, a path to read, objects of the package cryptography. That package is loaded when it is met."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, TypeAlias, Union

from . import raw

Octets: TypeAlias = Union[bytes, bytearray, memoryview]
"""A bytes-like object."""


class HasDer(Protocol):
    """An object of this package that has its DER: `Certificate`, `Crl`, `Template`."""

    @property
    def der(self) -> bytes:
        """Its DER."""


class HasPublicBytes(Protocol):
    """A certificate, CRL or request of the package cryptography."""

    def public_bytes(self, encoding: Any) -> bytes:
        """Its encoding."""


Encoded: TypeAlias = Union[Octets, str, Path, HasDer, HasPublicBytes]
"""DER or PEM as a bytes-like object, PEM as `str`, a file as `pathlib.Path` (it is read), a `Certificate` or `Crl`, or an object of the package cryptography."""

EncodedList: TypeAlias = Union[Encoded, Iterable[Encoded]]
"""One of these (PEM may hold several), or several."""


def octets(value: Encoded) -> Octets:
    """Raises `TypeError` for what stands for no octets, and `OSError` where a file cannot be read."""
    if isinstance(value, (bytes, bytearray, memoryview)):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, Path):
        return value.read_bytes()
    if isinstance(der := getattr(value, "der", None), bytes):
        return der
    if type(value).__module__.startswith("cryptography."):
        from cryptography.hazmat.primitives.serialization import Encoding

        return value.public_bytes(Encoding.DER)  # type: ignore[union-attr]
    try:
        return memoryview(value)  # type: ignore[arg-type]
    except TypeError:
        raise TypeError(f"octets are needed, or what stands for them, not {type(value).__name__}") from None


def octets_of_each(values: EncodedList) -> list[Octets]:
    """Of one value, or of each of several."""
    if isinstance(values, (list, tuple, set, frozenset)) or (isinstance(values, Iterable) and not isinstance(values, (bytes, bytearray, memoryview, str)) and not hasattr(values, "der")):
        return [octets(value) for value in values]
    return [octets(values)]  # type: ignore[arg-type]


def pem_of_each(values: EncodedList) -> bytes:
    """Certificates as one PEM text."""
    return "".join(raw.certificates_load(each, None) for each in octets_of_each(values)).encode()


def secret_octets(value: Octets | str | None) -> Octets | None:
    """A password or secret; text is UTF-8."""
    return value.encode() if isinstance(value, str) else value
