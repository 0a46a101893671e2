"""Certificates and CRLs as they come from the library: DER that knows its PEM, and its object of the package cryptography."""

from __future__ import annotations

import base64
import json
import re
import textwrap
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, TypeVar

from . import raw
from .moment import time_of
from .octets import Encoded, Octets, octets, secret_octets

if TYPE_CHECKING:
    from cryptography import x509

D = TypeVar("D", bound="_Document")


@dataclass(frozen=True)
class _Document:
    der: bytes
    """Its octets."""

    _label: ClassVar[str] = ""

    @property
    def pem(self) -> str:
        """The same as PEM text."""
        lines = "\n".join(textwrap.wrap(base64.b64encode(self.der).decode(), 64))
        return f"-----BEGIN {self._label}-----\n{lines}\n-----END {self._label}-----\n"

    @classmethod
    def all_of_pem(cls: type[D], pem: str) -> tuple[D, ...]:
        """Each of a PEM text."""
        bodies = re.findall(f"-----BEGIN {cls._label}-----(.*?)-----END {cls._label}-----", pem, re.DOTALL)
        return tuple(cls(base64.b64decode(body)) for body in bodies)

    @classmethod
    def all_of_der(cls: type[D], der: bytes) -> tuple[D, ...]:
        """Each of several that stand one behind the other."""
        found: list[D] = []
        while der:
            size = _size_of_element(der)
            found.append(cls(der[:size]))
            der = der[size:]
        return tuple(found)


def _size_of_element(der: bytes) -> int:
    if der[1] < 0x80:
        return 2 + der[1]
    count = der[1] & 0x7F
    return 2 + count + int.from_bytes(der[2 : 2 + count], "big")


@dataclass(frozen=True)
class Summary:
    """What a certificate says, in words."""

    subject: str
    """RFC 4514: `"CN=dev1,O=Plant"`."""
    issuer: str
    serial: str
    """Hexadecimal, after `0x`."""
    not_before: datetime
    not_after: datetime
    sans: tuple[str, ...]
    """`"dns:dev1.plant"`, `"ip:192.0.2.1"`."""
    key: str
    """A word of `Key.generate`: `"ec:P-256"`."""


@dataclass(frozen=True)
class Certificate(_Document):
    """A certificate; immutable, equal if its DER is. `pem`, `summary` and `x509()` are other views of it."""

    _label = "CERTIFICATE"

    @classmethod
    def load(cls, data: Encoded) -> Certificate:
        """The first of PEM, DER, a file or an object of the package cryptography. Raises `CryptoError` or `MalformedError` for what is none."""
        return certificates_load(data)[0]

    @cached_property
    def summary(self) -> Summary:
        """What it says. Raises `MalformedError` where it says it badly."""
        said = json.loads(raw.certificate_summary(self.der))
        return Summary(said["subject"], said["issuer"], said["serial"], time_of(said["notBefore"]), time_of(said["notAfter"]), tuple(said["sans"]), said["key"])

    @property
    def subject(self) -> str:
        """RFC 4514: `"CN=dev1,O=Plant"`."""
        return self.summary.subject

    def x509(self) -> x509.Certificate:
        """The same for the package cryptography, which must be installed."""
        from cryptography import x509

        return x509.load_der_x509_certificate(self.der)

    def __repr__(self) -> str:
        return f"<Certificate {self.subject!r}>"


@dataclass(frozen=True)
class Crl(_Document):
    """A certificate revocation list; immutable, equal if its DER is."""

    _label = "X509 CRL"

    def x509(self) -> x509.CertificateRevocationList:
        """The same for the package cryptography, which must be installed."""
        from cryptography import x509

        return x509.load_der_x509_crl(self.der)

    def __repr__(self) -> str:
        return f"<Crl of {len(self.der)} octets>"


def certificates_load(data: Encoded, *, password: Octets | str | None = None) -> tuple[Certificate, ...]:
    """The certificates of a PEM text, a DER certificate or a PKCS#12 file, of which the key's own is the first. A wrong password is a `CryptoError`."""
    return Certificate.all_of_pem(raw.certificates_load(octets(data), secret_octets(password)))


def certificates_open(uri: str, *, pin: Octets | str | None = None) -> tuple[Certificate, ...]:
    """The certificates behind a URI of OpenSSL's OSSL_STORE, see `Key.open`."""
    return Certificate.all_of_pem(raw.certificates_open(uri, secret_octets(pin)))


def certificate_summary(data: Encoded) -> Summary:
    """What the first certificate of `data` says."""
    return Certificate.load(data).summary


def pem_of(documents: tuple[_Document, ...]) -> str:
    """All of them as one PEM text."""
    return "".join(one.pem for one in documents)
