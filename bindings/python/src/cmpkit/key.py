"""Keys: made, loaded, behind a URI, of the package cryptography, or with a private half that stays with the application."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeAlias, Union

from . import raw
from .held import Held
from .octets import Encoded, Octets, octets, secret_octets

Sign: TypeAlias = Callable[[bytes, bytes], Octets]
"""Signs the second argument with the algorithm in the first (DER of an AlgorithmIdentifier)."""


class HasPrivateBytes(Protocol):
    """A private key of the package cryptography."""

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:
        """Its encoding."""


class _Signer(raw.Signer):
    def __init__(self, held: Held) -> None:
        super().__init__()
        self._find = held.finder("sign")

    def sign(self, algorithm: bytes, data: bytes, signature: raw.Sink) -> None:
        if (sign := self._find()) is None:
            raise ReferenceError("the key was dropped")
        signature.write(sign(algorithm, data))


class Key:
    """A key pair; immutable, any thread. Made by `generate`, `load`, `open`, `of_signer` or `of`. Nothing of it is ever shown by `repr`."""

    def __init__(self, made: raw.Key, held: Held | None = None) -> None:
        self._raw, self._held = made, held

    @classmethod
    def generate(cls, kind: str = "ec:P-256") -> Key:
        """A new one: `"ec:P-256"`, `"ec:P-384"`, `"ec:P-521"`, `"ec:brainpoolP256r1"` …, `"rsa:2048"` … `"rsa:8192"`, `"ed25519"`, `"ed448"`."""
        return cls(raw.Key.generate(kind))

    @classmethod
    def load(cls, data: Octets | str | Path, *, passphrase: Octets | str | None = None) -> Key:
        """PEM or DER: PKCS#8, traditional, or the key of a PKCS#12 file. A wrong passphrase is a `CryptoError`."""
        return cls(raw.Key.load(octets(data), secret_octets(passphrase)))

    @classmethod
    def open(cls, uri: str, *, pin: Octets | str | None = None) -> Key:
        """The key behind a URI of OpenSSL's OSSL_STORE, such as `pkcs11:token=plant;object=dev1;type=private`: the private half stays in its token.

        OpenSSL's configuration activates the provider of the scheme; without one it is an `UnsupportedError`. `NotFoundError`: no key is there.
        """
        return cls(raw.Key.open(uri, secret_octets(pin)))

    @classmethod
    def of_signer(cls, spki: Encoded, sign: Sign) -> Key:
        """A key whose private half stays with the application. Each signature is verified before it is used.

        spki: its SubjectPublicKeyInfo, DER, or a public key of the package cryptography. sign: is called in the thread that runs the operation, and must not
        use what uses the key; what it raises comes back from the run.
        """
        held = Held(sign=sign)
        return cls(raw.Key.of_signer(_spki_of(spki), _Signer(held)), held)

    @classmethod
    def of(cls, value: KeyLike) -> Key:
        """Whatever stands for a key. One of the package cryptography is copied through unencrypted PKCS#8 in memory."""
        if isinstance(value, Key):
            return value
        if type(value).__module__.startswith("cryptography.") and hasattr(value, "private_bytes"):
            from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

            return cls.load(value.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
        return cls.load(value)  # type: ignore[arg-type]

    def pem(self, *, passphrase: Octets | str | None = None) -> str:
        """PKCS#8, encrypted if there is a passphrase. `UnsupportedError`: the private half is not at hand."""
        return self._raw.pem(secret_octets(passphrase)).decode()

    def public(self) -> bytes:
        """Its SubjectPublicKeyInfo, DER."""
        return self._raw.spki()

    def private_key(self) -> Any:
        """The same for the package cryptography, which must be installed."""
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        return load_pem_private_key(self.pem().encode(), None)

    def __repr__(self) -> str:
        return "<Key>"


def _spki_of(value: Any) -> Octets:
    if type(value).__module__.startswith("cryptography.") and hasattr(value, "public_bytes"):
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return bytes(value.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return octets(value)


KeyLike: TypeAlias = Union[Key, HasPrivateBytes, Octets, str, Path]
"""A `Key`, a private key of the package cryptography, or what `Key.load` takes."""
