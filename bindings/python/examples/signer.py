"""A private key that never leaves the application: the library asks it for signatures. Here the package cryptography plays the token."""

import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import cmpkit

token = ec.generate_private_key(ec.SECP256R1())


def sign(algorithm: bytes, data: bytes) -> bytes:
    return token.sign(data, ec.ECDSA(hashes.SHA256()))


folder = Path(tempfile.mkdtemp()) / "ca"
cmpkit.init_ca(folder, "CN=Plant Root", secret=("dev1", "swordfish"))
with cmpkit.Responder(folder / "cmpkit.toml") as responder:
    key = cmpkit.Key.of_signer(token.public_key(), sign)
    client = cmpkit.Client(
        "",
        cmpkit.Credentials.secret("dev1", "swordfish"),
        trust=cmpkit.Trust(anchors=folder / "root.pem"),
        exchange=lambda label, message: responder.answer(message),
    )
    print(client.enroll(key, subject="CN=dev1").certificate.x509().subject.rfc4514_string())
