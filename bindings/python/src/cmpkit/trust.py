"""Trust: whose answers count."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from pathlib import Path

from . import raw
from .moment import Duration, milliseconds
from .octets import EncodedList, octets_of_each


class Revocation(enum.IntEnum):
    """Whether the certificates of CMP signers are revoked (docs/revocation.md). A certificate that was just issued, and pins, are not asked about."""

    NONE = raw.CMPKIT_REVOCATION_NONE
    """Not asked."""
    SOFT = raw.CMPKIT_REVOCATION_SOFT
    """What is known counts, what cannot be known is let pass."""
    HARD = raw.CMPKIT_REVOCATION_HARD
    """Each certificate but the anchor needs a current CRL or OCSP answer."""


class Trust:
    """Anchors and what helps to judge by them; immutable once made, any thread.

    anchors: CMP signers lead to them, and new certificates too unless `verify_new` says otherwise. intermediates: helpers, not trusted.
    pins: the CMP signers trusted, and no others. verify_new: anchors for the new certificate.
    crls, ocsp: CRLs, OCSPResponses (DER) at hand. revocation: `SOFT` where it is not said.
    crl_urls, ocsp_urls: where it can be asked when it is not known, http URLs alone (RFC 5280 8); allowed_urls: below which URLs in certificates are followed.
    fetch_octets, fetch_time, named_addresses: limits of one fetch (1 KiB to 256 MiB: 4 MiB; up to an hour: 10 s), and where a URL of a certificate may lead: `"any"`, `"remote"`, `"internet"`.
    peer: how the peer may deviate from the profile: a name of `peers()`, or as `Path` a TOML file; `peer_toml`: the text of one (docs/peers.md).
    """

    def __init__(
        self,
        *,
        anchors: EncodedList = (),
        intermediates: EncodedList = (),
        pins: EncodedList = (),
        verify_new: EncodedList = (),
        crls: EncodedList = (),
        ocsp: EncodedList = (),
        revocation: Revocation = Revocation.SOFT,
        crl_urls: Iterable[str] = (),
        ocsp_urls: Iterable[str] = (),
        allowed_urls: Iterable[str] = (),
        fetch_octets: int | None = None,
        fetch_time: Duration | None = None,
        named_addresses: str = "",
        peer: str | Path = "",
        peer_toml: str = "",
    ) -> None:
        self._raw = made = raw.Trust()
        _add(made.add_anchors, anchors)
        _add(made.add_intermediates, intermediates)
        _add(made.add_pins, pins)
        _add(made.add_verify_new, verify_new)
        _add(made.add_crl, crls)
        _add(made.add_ocsp, ocsp)
        made.set_revocation(revocation)
        for kind, urls in ((raw.CMPKIT_STATUS_CRL, crl_urls), (raw.CMPKIT_STATUS_OCSP, ocsp_urls), (raw.CMPKIT_STATUS_ALLOWED, allowed_urls)):
            for url in urls:
                made.add_status_source(kind, url)
        made.set_fetch_limits(fetch_octets or 0, milliseconds(fetch_time), named_addresses)
        if isinstance(peer, Path):
            made.set_peer_toml(peer.read_text("utf-8"))
        elif peer:
            made.set_peer(peer)
        if peer_toml:
            made.set_peer_toml(peer_toml)


def _add(add: Callable[[bytes | bytearray | memoryview], None], values: EncodedList) -> None:
    for each in octets_of_each(values):
        add(each)
