"""Credentials: who we are to the peer."""

from __future__ import annotations

import enum

from . import raw
from .key import Key, KeyLike
from .octets import Encoded, EncodedList, Octets, octets, pem_of_each, secret_octets


class Mac(enum.IntEnum):
    """How a shared secret protects messages."""

    PBM = raw.CMPKIT_MAC_PBM
    """id-PasswordBasedMac (RFC 9810 5.1.3.1)."""
    PBMAC1 = raw.CMPKIT_MAC_PBMAC1
    """id-PBMAC1 (RFC 9481 6.1.2)."""


class Credentials:
    """A certificate with its key, or a shared secret; immutable, any thread."""

    def __init__(self, made: raw.Credentials, what: str, key: Key | None = None) -> None:
        self._raw, self._what = made, what
        self._key = key  # a signer of the application lives as long as this

    @classmethod
    def certificate(cls, key: KeyLike, certificates: EncodedList) -> Credentials:
        """certificates: the first is the key's own, the others help to build its chain. `CryptoError`: it is not the key's."""
        key = Key.of(key)
        return cls(raw.Credentials.of_certificate(key._raw, pem_of_each(certificates)), "certificate", key)

    @classmethod
    def pkcs12(cls, data: Encoded, *, password: Octets | str | None = None) -> Credentials:
        """Key, certificate and its chain. A wrong password is a `CryptoError`."""
        return cls(raw.Credentials.of_pkcs12(octets(data), secret_octets(password)), "certificate")

    @classmethod
    def secret(cls, reference: str, secret: Octets | str, *, mac: Mac = Mac.PBM, iterations: int | None = None) -> Credentials:
        """A shared secret of 1 to 1024 octets, under the reference by which the CA knows it. iterations: 10 000 where they are not said.

        The library wipes its copy; Python cannot wipe what it was given.
        """
        return cls(raw.Credentials.of_secret(reference, secret_octets(secret), mac, iterations or 0), f"secret {reference!r}")

    def __repr__(self) -> str:
        return f"<Credentials: {self._what}>"
