"""Hostile input gives errors, and never ends the process."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from conftest import Plant

import cmpkit

_GARBAGE = [
    b"", b"\0", b"\x30", b"\x30\x80", b"\x30\x84\xff\xff\xff\xff", b"\x30\x82\xff\xff" + b"\0" * 100, b"\xa0" * 5000, b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    b"-----BEGIN X509 CRL-----", b"\xff" * 1000, "𝔾arbage".encode(), random.Random(4711).randbytes(4096),
]  # fmt: skip

LOADERS: dict[str, Callable[[bytes], object]] = {
    "key": cmpkit.Key.load, "certificates": cmpkit.certificates_load, "certificate": cmpkit.Certificate.load, "summary": cmpkit.certificate_summary,
    "anchors": lambda octets: cmpkit.Trust(anchors=octets), "intermediates": lambda octets: cmpkit.Trust(intermediates=octets), "pins": lambda octets: cmpkit.Trust(pins=octets),
    "verify_new": lambda octets: cmpkit.Trust(verify_new=octets),
    "tls": lambda octets: cmpkit.Tls(anchors=octets), "pkcs12": lambda octets: cmpkit.Credentials.pkcs12(octets, password="p"),
    "credentials": lambda octets: cmpkit.Credentials.certificate(cmpkit.Key.generate(), octets), "signer": lambda octets: cmpkit.Key.of_signer(octets, lambda *_: b""),
    "show": cmpkit.show, "template": cmpkit.template_summary, "memo": cmpkit.saved_memo,
}  # fmt: skip


@pytest.mark.parametrize("name", LOADERS)
@pytest.mark.parametrize("number", range(len(_GARBAGE)))
def test_a_loader_refuses_garbage(name: str, number: int) -> None:
    with pytest.raises(cmpkit.CmpkitError):
        LOADERS[name](_GARBAGE[number])


@pytest.mark.parametrize("octets", _GARBAGE)
def test_a_trust_takes_neither_a_crl_nor_an_ocsp_answer_that_is_none(octets: bytes) -> None:
    for more in ({"crls": octets}, {"ocsp": octets}):
        with pytest.raises(cmpkit.CmpkitError):
            cmpkit.Trust(**more)


@pytest.mark.parametrize("octets", _GARBAGE)
def test_garbage_for_a_responder_is_answered_by_an_error(plant: Plant, octets: bytes) -> None:
    assert cmpkit.show(plant.responder.answer(octets)).json["summary"].startswith("error")


@pytest.mark.parametrize("octets", _GARBAGE)
def test_garbage_for_an_operation_is_an_error(plant: Plant, octets: bytes) -> None:
    operation = cmpkit.Operation(cmpkit.request.ca_certificates(), plant.secret, trust=plant.trust)
    operation.begin()
    with pytest.raises(cmpkit.MalformedError):
        assert operation.receive(octets) is cmpkit.Action.SEND  # the peer is told
        assert operation.receive(octets) is cmpkit.Action.DONE


@pytest.mark.parametrize("octets", _GARBAGE)
def test_garbage_is_no_state_request_or_certificate(plant: Plant, octets: bytes) -> None:
    for request in (
        lambda: plant.client().resume(octets),
        lambda: plant.client().enroll_pkcs10(octets),
        lambda: plant.client().root_update(octets) if octets else plant.client().enroll_pkcs10(octets),
        lambda: plant.client().crls(octets) if octets else plant.client().enroll_pkcs10(octets),
        lambda: plant.client(plant.device()).revoke(octets) if octets else plant.client().enroll_pkcs10(octets),
    ):
        with pytest.raises(cmpkit.CmpkitError):
            request()


def test_a_message_with_any_octet_changed_ends_nothing(plant: Plant) -> None:
    operation = cmpkit.Operation(cmpkit.request.enroll(cmpkit.Key.generate(), subject="CN=dev1"), plant.secret, trust=plant.trust)
    operation.begin()
    message, chance = operation.message(), random.Random(1)
    for _ in range(300):
        changed = bytearray(message)
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
        assert plant.responder.answer(changed)


def test_steps_out_of_turn_are_told(plant: Plant) -> None:
    operation = cmpkit.Operation(cmpkit.request.ca_certificates(), plant.secret, trust=plant.trust)
    for step in (operation.woken, operation.kept, lambda: operation.receive(b""), lambda: operation.decide(True), lambda: operation.fetched(b""), operation.result):
        with pytest.raises(cmpkit.CmpkitError):
            step()
