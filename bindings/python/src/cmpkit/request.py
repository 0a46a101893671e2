"""What an end entity asks for: one function for each operation of RFC 9483, which makes a `Request`. `Client` and `aio.Client` have a method for each of them;
`Operation` takes one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from . import raw, results
from .certificate import Certificate, Crl
from .key import Key, KeyLike
from .moment import Moment, unix_seconds
from .octets import Encoded, Octets, octets
from .results import Information, Issued, RootUpdate, Template

T = TypeVar("T")
_Open: TypeAlias = Callable[[raw.Context, raw.Credentials, raw.Trust | None], raw.Operation]


@dataclass(frozen=True, repr=False)
class Request(Generic[T]):
    """Something to be asked for, whose answer is a `T`; any number of operations may be made of it."""

    name: str
    """Of the function that made it."""
    _open: _Open
    _read: Callable[[raw.Operation], T]
    _key: Key | None = None  # a signer of the application lives as long as this

    def __repr__(self) -> str:
        return f"<Request: {self.name}>"


def enroll(
    key: KeyLike,
    *,
    subject: str = "",
    sans: Iterable[str] = (),
    body: Literal["ir", "cr"] = "ir",
    profile: str = "",
    recipient: str = "",
    implicit_confirm: bool = False,
    not_after: Moment | None = None,
    template: Template | Octets | None = None,
) -> Request[Issued]:
    """A certificate for `key`: the first one of a PKI (ir, RFC 9483 4.1.1 and 4.1.5), or another of the same PKI (cr, 4.1.2).

    subject: `"CN=dev1,O=Plant"` or `"/O=Plant/CN=dev1"`; empty: the CA says. sans: `"dns:dev1.plant"`, `"ip:192.0.2.1"`, `"uri:…"`, `"email:…"`.
    profile: certProfile. recipient: name of the CA; empty: the issuer where it is known. implicit_confirm: ask for it. not_after: ask for that end.
    template: from `request_template`; subject and sans fill its blanks.
    """
    order = raw.EnrollOrder({"ir": raw.CMPKIT_ENROLL_IR, "cr": raw.CMPKIT_ENROLL_CR}[body])
    return _enrollment("enroll", order, Key.of(key), subject, sans, profile, recipient, implicit_confirm, not_after, template)


def update(
    key: KeyLike,
    *,
    subject: str = "",
    sans: Iterable[str] = (),
    profile: str = "",
    recipient: str = "",
    implicit_confirm: bool = False,
    not_after: Moment | None = None,
) -> Request[Issued]:
    """A certificate for a new key in the place of that of the credentials, with its names where none are said (kur, RFC 9483 4.1.3)."""
    order = raw.EnrollOrder(raw.CMPKIT_ENROLL_KUR)
    return _enrollment("update", order, Key.of(key), subject, sans, profile, recipient, implicit_confirm, not_after, None)


def enroll_pkcs10(csr: Encoded, *, profile: str = "", recipient: str = "", implicit_confirm: bool = False) -> Request[Issued]:
    """A certificate by a PKCS#10 request (p10cr, RFC 9483 4.1.4). csr: PEM, DER, a file, or a request of the package cryptography."""
    order = raw.EnrollOrder(raw.CMPKIT_ENROLL_P10CR)
    order.set_csr(octets(csr))
    return _enrollment("enroll_pkcs10", order, None, "", (), profile, recipient, implicit_confirm, None, None)


def _enrollment(
    name: str,
    order: raw.EnrollOrder,
    key: Key | None,
    subject: str,
    sans: Iterable[str],
    profile: str,
    recipient: str,
    implicit_confirm: bool,
    not_after: Moment | None,
    template: Template | Octets | None,
) -> Request[Issued]:
    if key is not None:
        order.set_key(key._raw)
    order.set_subject(subject)
    for san in sans:
        order.add_san(san)
    order.set_profile(profile)
    order.set_recipient(recipient)
    if implicit_confirm:
        order.set_implicit_confirm()
    order.set_not_after(unix_seconds(not_after))
    if template is not None:
        order.set_template(octets(template))
    return Request(name, lambda context, credentials, trust: raw.Operation.enroll(context, order, credentials, trust), results.issued, key)


def revoke(
    certificate: Encoded | None = None,
    *,
    issuer: str = "",
    serial: str | int = "",
    reason: str = "",
    invalid_since: Moment | None = None,
    recipient: str = "",
) -> Request[None]:
    """The end of a certificate (rr, RFC 9483 4.2): of that one, or of issuer and serial, or else of the credentials' own.

    serial: decimal, or hexadecimal after `0x`. reason: a word of RFC 5280 5.3.1, `"keyCompromise"` …
    invalid_since: from when on it was not good, as when its key leaked (invalidityDate, RFC 5280 5.3.2).
    """
    order = raw.RevokeOrder()
    if certificate is not None:
        order.set_certificate(octets(certificate))
    order.set_issuer_and_serial(issuer, str(serial))
    order.set_reason(reason)
    order.set_recipient(recipient)
    order.set_invalid_since(unix_seconds(invalid_since))
    return Request("revoke", lambda context, credentials, trust: raw.Operation.revoke(context, order, credentials, trust), lambda _: None)


def ca_certificates(*, profile: str = "", recipient: str = "") -> Request[tuple[Certificate, ...]]:
    """Issuing and intermediate CAs (RFC 9483 4.3.1); none of them is trusted by that."""
    return _get("ca_certificates", raw.GetOrder(raw.CMPKIT_GET_CA_CERTIFICATES), profile, recipient, results.found_certificates)


def root_update(root: Encoded | None = None, *, profile: str = "", recipient: str = "") -> Request[RootUpdate | None]:
    """The root that took the place of `root` (RFC 9483 4.3.2). Without one the path tells it, and an anchor must lead to the new one. None: there is no new one."""
    order = raw.GetOrder(raw.CMPKIT_GET_ROOT_UPDATE)
    if root is not None:
        order.set_root(octets(root))
    return _get("root_update", order, profile, recipient, results.root_update)


def request_template(*, profile: str = "", recipient: str = "") -> Request[Template | None]:
    """What a request shall say (RFC 9483 4.3.3). None: whatever it likes."""
    return _get("request_template", raw.GetOrder(raw.CMPKIT_GET_TEMPLATE), profile, recipient, results.template)


def crls(
    newer_than: Encoded | None = None, *, issuer: str = "", distribution_point: str = "", profile: str = "", recipient: str = ""
) -> Request[tuple[Crl, ...]]:
    """CRLs that are newer than that one (RFC 9483 4.3.4), of its issuer, of the issuer named, or of a distribution point; else of the credentials' issuer."""
    order = raw.GetOrder(raw.CMPKIT_GET_CRL)
    if newer_than is not None:
        order.set_crl(octets(newer_than))
    order.set_issuer(issuer)
    order.set_distribution_point(distribution_point)
    return _get("crls", order, profile, recipient, results.found_crls)


def information(info_type: str, value: Octets = b"", *, profile: str = "", recipient: str = "") -> Request[bytes]:
    """What the CA tells of that infoType (dotted OID, or a word of the RFCs): the infoValue, DER; empty: it has none. value: of the question, DER."""
    order = raw.GetOrder(raw.CMPKIT_GET_INFORMATION)
    order.set_information(info_type, value)
    return _get("information", order, profile, recipient, lambda operation: operation.information_value(info_type))


def all_information(*, profile: str = "", recipient: str = "") -> Request[Information]:
    """What the CA tells everybody (RFC 9810 D.5)."""
    return _get("all_information", raw.GetOrder(raw.CMPKIT_GET_ALL), profile, recipient, Information)


def _get(name: str, order: raw.GetOrder, profile: str, recipient: str, read: Callable[[raw.Operation], T]) -> Request[T]:
    order.set_profile(profile)
    order.set_recipient(recipient)
    return Request(name, lambda context, credentials, trust: raw.Operation.get(context, order, credentials, trust), read)


def resume(state: Encoded, *, key: KeyLike | None = None) -> Request[Issued | None]:
    """An operation that was saved goes on where it was, with the very same message or what is left of the time to wait. The answer of a revocation is None.

    Credentials and trust are those of the operation, and so is `key`: the one to be certified, where there was one. `CryptoError`, `ProtectionError`: they are
    others. `MalformedError`: no state of an operation.
    """
    octets_of_state = bytes(octets(state))
    own = None if key is None else Key.of(key)

    def open_saved(context: raw.Context, credentials: raw.Credentials, trust: raw.Trust | None) -> raw.Operation:
        return raw.Operation.saved(context, octets_of_state, credentials, trust, own._raw if own else None)

    return Request("resume", open_saved, results.issued_or_none, own)


def saved_memo(state: Encoded) -> bytes:
    """The application's own octets beside a saved operation: what it needs before it can give credentials, trust and key."""
    return raw.saved_memo(octets(state))
