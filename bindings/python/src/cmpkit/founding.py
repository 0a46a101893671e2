"""Founding a CA."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike, fspath

from . import raw
from .context import Context, default_context
from .moment import Moment, now_or
from .octets import Octets, secret_octets


def init_ca(
    folder: str | PathLike[str],
    subject: str,
    *,
    key: str = "",
    listen: str = "",
    secret: tuple[str, str] | None = None,
    trust_external: Iterable[str | PathLike[str]] = (),
    external_revocation: str = "",
    passphrase: Octets | str | None = None,
    passphrase_source: str = "",
    ra_signer: bool = False,
    kga_signer: bool = False,
    context: Context | None = None,
    now: Moment | None = None,
) -> None:
    """Makes `folder` (0700): root.pem, ca-chain.pem, keys (0600), a first CRL, a commented cmpkit.toml. `ExistsError`: there is a CA already.

    subject: of the root. key: a word of `Key.generate`, `"ec:P-256"` where it is not said. listen: URL for the configuration, `http://127.0.0.1:8080`.
    secret: a first shared secret: its reference, and how the configuration names it: `"file:PATH"`, `"env:NAME"`, or the secret itself, which is then put into a file.
    trust_external: PEM files of external roots, which are copied. external_revocation: whether the certificates below are revoked: `"hard"` (as it is), `"soft"`, `"none"`.
    passphrase: the keys are encrypted with it; passphrase_source: how the configuration names it, `"file:PATH"`, `"env:NAME"`.
    ra_signer: also a signer for an RA (id-kp-cmcRA). kga_signer: also one for a key generation authority (id-kp-cmKGA).
    """
    founding = raw.Founding(subject)
    founding.set_key(key)
    founding.set_listen(listen)
    if secret is not None:
        founding.set_secret(*secret)
    for file in trust_external:
        founding.add_trust_external(fspath(file))
    founding.set_external_revocation(external_revocation)
    if passphrase is not None:
        founding.set_passphrase(secret_octets(passphrase), passphrase_source)
    founding.set_signers(ra_signer, kga_signer)
    (context or default_context())._raw.init_ca(fspath(folder), founding, now_or(now))
