"""What operations bring: small immutable objects."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from . import raw
from .certificate import Certificate, Crl, pem_of
from .errors import BadStateError, NotFoundError
from .octets import Encoded, octets


@dataclass(frozen=True)
class Issued:
    """A new certificate, verified, kept and confirmed."""

    certificate: Certificate
    chain: tuple[Certificate, ...]
    """Its issuers as far as they are known, in order."""
    ca_pubs: tuple[Certificate, ...]
    """Anchors that the CA offers (caPubs); trusted by nobody yet."""
    with_mods: bool
    """Granted otherwise than asked."""
    peer_text: str
    """The CA's words, escaped; empty if it said none."""

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.certificate.pem

    @property
    def chain_pem(self) -> str:
        """Its issuers."""
        return pem_of(self.chain)

    @property
    def ca_pubs_pem(self) -> str:
        """Anchors that the CA offers."""
        return pem_of(self.ca_pubs)


@dataclass(frozen=True)
class RootUpdate:
    """A new root, to which newWithOld leads from the old one (RFC 9483 4.3.2)."""

    root: Certificate
    links: tuple[Certificate, ...]
    """newWithOld, and oldWithNew if it was told."""


@dataclass(frozen=True)
class Template:
    """What a request shall say (RFC 9483 4.3.3): a CertReqTemplateContent. Blanks end in `=` or `:`."""

    der: bytes
    issuer: str = field(compare=False)
    subject: str = field(compare=False)
    sans: tuple[str, ...] = field(compare=False)
    keys: tuple[str, ...] | None = field(compare=False)
    """Words of `Key.generate`; None: any key is good."""


def template_summary(data: Encoded) -> Template:
    """A CertReqTemplateContent (DER) in words."""
    der = bytes(octets(data))
    said = json.loads(raw.template_summary(der))
    return Template(der, said.get("issuer") or "", said.get("subject") or "", tuple(said.get("sans") or ()), tuple(said["keys"]) if "keys" in said else None)


class Information:
    """What a CA tells everybody (RFC 9810 D.5)."""

    def __init__(self, operation: raw.Operation) -> None:
        self._operation = operation
        self.der = operation.information()
        """The GenRepContent, DER."""

    def value(self, info_type: str) -> bytes | None:
        """The infoValue of that infoType (dotted OID, or a word of the RFCs), DER; empty: it has none. None: it was not told."""
        try:
            return self._operation.information_value(info_type)
        except NotFoundError:
            return None


def issued(operation: raw.Operation) -> Issued:
    certificates = Certificate.all_of_pem
    return Issued(
        Certificate(operation.certificate()),
        certificates(operation.chain_pem()),
        certificates(operation.ca_pubs_pem()),
        operation.with_mods(),
        operation.peer_text(),
    )


def issued_or_none(operation: raw.Operation) -> Issued | None:
    try:
        return issued(operation)
    except BadStateError:
        return None


def root_update(operation: raw.Operation) -> RootUpdate | None:
    roots = Certificate.all_of_pem(operation.found_pem())
    return RootUpdate(roots[0], Certificate.all_of_pem(operation.links_pem())) if roots else None


def template(operation: raw.Operation) -> Template | None:
    der = operation.request_template()
    return template_summary(der) if der else None


def found_certificates(operation: raw.Operation) -> tuple[Certificate, ...]:
    return Certificate.all_of_pem(operation.found_pem())


def found_crls(operation: raw.Operation) -> tuple[Crl, ...]:
    return Crl.all_of_pem(operation.found_pem())
