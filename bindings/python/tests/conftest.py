"""A CA in a temporary folder, served over HTTP on loopback; devices with a secret of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

import cmpkit

SECRET = "swordfish"


class Plant:
    """The CA, its server, and whoever asks it."""

    def __init__(self, folder: Path, more: str = "", changes: dict[str, str] | None = None, **callbacks: object) -> None:
        self.folder = folder
        cmpkit.init_ca(folder, "CN=Plant Root", secret=("dev1", SECRET), listen="http://127.0.0.1:0")
        toml = folder / "cmpkit.toml"
        text = toml.read_text()
        for before, after in {'"store.db"': '""', "uses      = 1 ": "uses      = 0 ", **(changes or {})}.items():
            assert before in text
            text = text.replace(before, after)
        toml.write_text(text + more)
        self.responder = cmpkit.Responder(toml, **callbacks)  # type: ignore[arg-type]
        self.trust = cmpkit.Trust(anchors=folder / "root.pem")
        self.secret = cmpkit.Credentials.secret("dev1", SECRET)
        self._listener: cmpkit.Listener | None = None

    @property
    def url(self) -> str:
        if self._listener is None:
            self._listener = self.responder.listen()
        return self._listener.url

    def answer(self, label: str, message: bytes) -> bytes:
        """A transport without a network."""
        return self.responder.answer(message)

    def client(self, credentials: cmpkit.Credentials | None = None, **options: object) -> cmpkit.Client:
        """In process."""
        return cmpkit.Client("", credentials or self.secret, trust=self.trust, **{"exchange": self.answer, **options})  # type: ignore[arg-type]

    def device(self) -> cmpkit.Credentials:
        """Somebody with a certificate."""
        key = cmpkit.Key.generate()
        issued = self.client().enroll(key, subject="CN=dev1")
        return cmpkit.Credentials.certificate(key, [issued.certificate, *issued.chain])

    def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self.responder.close()


@pytest.fixture
def make_plant(tmp_path: Path) -> Iterator[Callable[..., Plant]]:
    """Plants with more in their configuration, or with callbacks."""
    made: list[Plant] = []
    number = itertools.count()

    def make(more: str = "", changes: dict[str, str] | None = None, **callbacks: object) -> Plant:
        made.append(Plant(tmp_path / f"ca{next(number)}", more, changes, **callbacks))
        return made[-1]

    yield make
    for plant in made:
        plant.close()


@pytest.fixture
def plant(make_plant: Callable[..., Plant]) -> Plant:
    return make_plant()


def csr_of(key: Any, name: str) -> x509.CertificateSigningRequest:
    """A PKCS#10 request of the package cryptography."""
    return x509.CertificateSigningRequestBuilder().subject_name(name_of(name)).sign(key, hashes.SHA256())


def name_of(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate_of(key: Any, name: str, issuer: tuple[Any, x509.Certificate] | None = None, public_key: Any = None, *uses: x509.ObjectIdentifier) -> x509.Certificate:
    """Made by the test: self-signed, or by an issuer."""
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name_of(name)).issuer_name(issuer[1].subject if issuer else name_of(name))
    builder = builder.public_key(public_key or key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(minutes=5)).not_valid_after(now + timedelta(days=1))
    builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key or key.public_key()), critical=False)
    signer = issuer[0] if issuer else key
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    usage = {"key_encipherment": False, "data_encipherment": False, "content_commitment": False, "key_agreement": False, "encipher_only": False, "decipher_only": False}
    builder = builder.add_extension(x509.KeyUsage(digital_signature=True, key_cert_sign=issuer is None, crl_sign=issuer is None, **usage), critical=True)
    if uses:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(uses)), critical=False)
    return builder.sign(signer, hashes.SHA256())
