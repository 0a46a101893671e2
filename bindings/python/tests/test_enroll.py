"""Certificates: got, updated, revoked."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from conftest import Plant, csr_of
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

import cmpkit

Make = Callable[..., Plant]


def test_a_device_enrolls_over_http_by_a_shared_secret(plant: Plant) -> None:
    client = cmpkit.Client(plant.url, plant.secret, trust=plant.trust)
    issued = client.enroll(cmpkit.Key.generate("ec:P-256"), subject="CN=dev1")
    assert issued.certificate.subject == "CN=dev1"
    assert [issuer.subject for issuer in issued.chain] == ["CN=Plant Root Issuing CA", "CN=Plant Root"]


def test_a_device_enrolls_over_a_transport_of_the_application(plant: Plant) -> None:
    labels = []

    def exchange(label: str, message: bytes) -> bytearray:
        labels.append(label)
        return bytearray(plant.responder.answer(message))

    issued = plant.client(exchange=exchange).enroll(cmpkit.Key.generate(), subject="/O=Plant/CN=dev1", sans=["dns:dev1.plant", "ip:192.0.2.1"])
    assert labels == ["initialization", "initialization"]  # and certConf
    assert issued.certificate.summary.sans == ("dns:dev1.plant", "ip:192.0.2.1")
    assert (issued.with_mods, issued.peer_text) == (False, "")
    assert issued.pem.startswith("-----BEGIN CERTIFICATE-----") and issued.chain_pem.count("BEGIN") == 2


def test_with_implicit_confirmation_one_message_is_enough(plant: Plant) -> None:
    sent: list[bool] = []
    plant.client(trace=lambda is_sent, message: sent.append(is_sent)).enroll(cmpkit.Key.generate(), subject="CN=dev1", implicit_confirm=True)
    assert sent == [True, False]


def test_the_anchors_that_the_ca_offers_are_told(plant: Plant) -> None:
    issued = plant.client().enroll(cmpkit.Key.generate(), subject="CN=dev1")
    assert issued.ca_pubs_pem == cmpkit.Certificate.load(plant.folder / "root.pem").pem


def test_another_certificate_of_the_same_pki_is_had_by_the_first(plant: Plant) -> None:
    bodies: list[str] = []

    def trace(is_sent: bool, message: bytes) -> None:
        bodies.append(next(name for name in cmpkit.show(message).json["value"]["body"] if name != "@offset"))

    issued = plant.client(plant.device(), trace=trace).enroll(cmpkit.Key.generate(), subject="CN=dev1", body="cr")
    assert bodies[:2] == ["cr", "cp"] and issued.certificate.subject == "CN=dev1"


def test_an_update_replaces_the_certificate_and_keeps_its_names(plant: Plant) -> None:
    issued = plant.client(plant.device()).update(cmpkit.Key.generate("ec:P-384"))
    assert (issued.certificate.subject, issued.certificate.summary.key) == ("CN=dev1", "ec:P-384")
    assert sorted(found["state"] for found in plant.responder.ca().find()) == ["updated", "valid"]


def test_a_certificate_is_revoked_by_itself(plant: Plant) -> None:
    plant.client(plant.device()).revoke(reason="keyCompromise", invalid_since=datetime.now(timezone.utc) - timedelta(hours=1))
    assert [found["state"] for found in plant.responder.ca().find()] == ["revoked"]


def test_a_certificate_is_revoked_by_issuer_and_serial(plant: Plant) -> None:
    device = plant.device()
    serial = plant.responder.ca().find()[0]["serial"]
    plant.client(device).revoke(issuer="CN=Plant Root Issuing CA", serial=int(serial, 16))
    assert plant.responder.ca().find(serial=serial)[0]["state"] == "revoked"


def test_a_pkcs10_request_of_the_package_cryptography_is_certified(plant: Plant) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    issued = plant.client().enroll_pkcs10(csr_of(key, "dev1"))
    assert issued.certificate.x509().public_key() == key.public_key()


def test_the_end_asked_for_is_granted(plant: Plant) -> None:
    end = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=7)
    issued = plant.client().enroll(cmpkit.Key.generate(), subject="CN=dev1", not_after=end)
    assert issued.certificate.summary.not_after == end


def test_a_template_of_the_ca_is_filled_in(plant: Plant) -> None:
    template = plant.client().request_template()
    assert template is not None and template.keys is not None and "ec:P-256" in template.keys
    issued = plant.client().enroll(cmpkit.Key.generate(template.keys[0]), template=template, subject="CN=dev1")
    assert issued.certificate.subject.startswith("CN=dev1")


def test_a_name_beyond_the_bmp_comes_back_as_it_was(plant: Plant) -> None:
    issued = plant.client().enroll(cmpkit.Key.generate(), subject="CN=𝔻ev 🔑 Ünï")
    assert issued.certificate.subject == "CN=𝔻ev 🔑 Ünï"
    assert plant.responder.ca().find(subject="🔑")[0]["subject"] == "CN=𝔻ev 🔑 Ünï"


def test_a_request_that_waits_goes_on_when_the_operator_approves(make_plant: Make) -> None:
    plant = make_plant(changes={"implicit_confirm   = true": 'approve_by_hand = true\npoll_after = "1s"'})
    asked = threading.Event()
    words: list[tuple[int, str]] = []

    def waiting(seconds: int, text: str) -> None:
        words.append((seconds, text))
        asked.set()

    def operator() -> None:
        assert asked.wait(20)
        (request,) = plant.responder.ca().pending()
        plant.responder.ca().approve(request["id"])

    desk = threading.Thread(target=operator)
    desk.start()
    issued = plant.client(waiting=waiting).enroll(cmpkit.Key.generate(), subject="CN=dev1")
    desk.join(20)
    assert issued.certificate.subject == "CN=dev1" and words[0][0] == 1


def test_a_request_that_the_operator_rejects_is_refused_in_his_words(make_plant: Make) -> None:
    plant = make_plant(changes={"implicit_confirm   = true": 'approve_by_hand = true\npoll_after = "1s"'})

    def waiting(seconds: int, text: str) -> None:
        if pending := plant.responder.ca().pending():
            plant.responder.ca().reject(pending[0]["id"], "not in this plant")

    with pytest.raises(cmpkit.RejectedError, match="not in this plant"):
        plant.client(waiting=waiting).enroll(cmpkit.Key.generate(), subject="CN=dev1")


def test_who_has_no_time_to_wait_is_told_so_at_once(make_plant: Make) -> None:
    plant = make_plant(changes={"implicit_confirm   = true": "approve_by_hand = true"})
    with pytest.raises(cmpkit.DeadlineError) as caught:
        plant.client(timeout=timedelta(seconds=30)).enroll(cmpkit.Key.generate(), subject="CN=dev1")
    assert isinstance(caught.value, TimeoutError) and caught.value.clause == "RFC 9483 4.4"


def test_a_policy_sees_the_offer_and_accepts_it(plant: Plant) -> None:
    offers: list[cmpkit.Offer] = []

    def policy(offer: cmpkit.Offer) -> bool:
        offers.append(offer)
        return True

    issued = plant.client(policy=policy).enroll(cmpkit.Key.generate(), subject="CN=dev1")
    assert offers == [cmpkit.Offer(issued.certificate, False, "")]


def test_a_policy_that_refuses_ends_the_run_and_the_ca_revokes(plant: Plant) -> None:
    with pytest.raises(cmpkit.ProtocolError) as caught:
        plant.client(policy=lambda offer: False).enroll(cmpkit.Key.generate(), subject="CN=dev1")
    assert caught.value.name == "wrong_certificate"
    assert [found["state"] for found in plant.responder.ca().find()] == ["revoked"]


def test_certificate_and_chain_are_kept_before_they_are_confirmed(plant: Plant) -> None:
    told: list[object] = []
    client = plant.client(keep=lambda certificate, chain: told.append((certificate, chain)), trace=lambda sent, message: told.append(sent))
    issued = client.enroll(cmpkit.Key.generate(), subject="CN=dev1")
    assert told == [True, False, (issued.certificate, issued.chain), True, False]


def test_what_cannot_be_kept_is_not_confirmed(plant: Plant) -> None:
    full = OSError(28, "No space left on device")

    def keep(certificate: cmpkit.Certificate, chain: tuple[cmpkit.Certificate, ...]) -> None:
        raise full

    with pytest.raises(OSError) as caught:
        plant.client(keep=keep).enroll(cmpkit.Key.generate(), subject="CN=dev1")
    assert caught.value is full
    assert [found["state"] for found in plant.responder.ca().find()] == ["revoked"]


def test_a_saved_operation_goes_on_in_a_fresh_context(plant: Plant, tmp_path: Path) -> None:
    state, key = tmp_path / "dev1.state", cmpkit.Key.generate()

    class Outage(Exception):
        pass

    def exchange(label: str, message: bytes) -> bytes:
        plant.responder.answer(message)  # it came there, and the answer is lost with the process
        raise Outage

    with pytest.raises(Outage):
        plant.client(exchange=exchange, save=state.write_bytes, memo=b"where it goes").enroll(key, subject="CN=dev1")
    assert cmpkit.saved_memo(state) == b"where it goes"
    with cmpkit.Context() as context:
        client = cmpkit.Client("", plant.secret, trust=plant.trust, context=context, exchange=plant.answer)
        issued = client.resume(state, key=key)
    assert issued is not None and issued.certificate.subject == "CN=dev1"
    assert len(plant.responder.ca().find()) == 1


def test_a_saved_revocation_has_no_certificate(plant: Plant) -> None:
    device = plant.device()
    operation = cmpkit.Operation(cmpkit.request.revoke(), device, trust=plant.trust)
    operation.begin()
    state = operation.save()
    operation.close()
    assert plant.client(device).resume(state) is None
    assert plant.responder.ca().find()[0]["state"] == "revoked"


def test_an_operation_is_resumed_with_its_own_key_only(plant: Plant) -> None:
    operation = cmpkit.Operation(cmpkit.request.enroll(cmpkit.Key.generate(), subject="CN=dev1"), plant.secret, trust=plant.trust)
    operation.begin()
    with pytest.raises(cmpkit.CryptoError) as caught:
        plant.client().resume(operation.save(), key=cmpkit.Key.generate())
    assert caught.value.name == "bad_key"


def test_an_operation_is_stepped_through_by_hand(plant: Plant) -> None:
    operation = cmpkit.Operation(cmpkit.request.enroll(cmpkit.Key.generate(), subject="CN=dev1"), plant.secret, trust=plant.trust)
    seen: list[cmpkit.Action] = []
    action = operation.begin()
    while action is not cmpkit.Action.DONE:
        seen.append(action)
        if action is cmpkit.Action.SEND:
            action = operation.receive(plant.answer(operation.label(), operation.message()))
        elif action is cmpkit.Action.DECIDE:
            assert operation.offer().certificate.subject == "CN=dev1"
            action = operation.decide(True)
        elif action is cmpkit.Action.KEEP:
            action = operation.kept()
    assert seen == [cmpkit.Action.SEND, cmpkit.Action.DECIDE, cmpkit.Action.KEEP, cmpkit.Action.SEND]
    assert operation.result().certificate.subject == "CN=dev1"


def test_an_issued_certificate_is_one_of_the_package_cryptography(plant: Plant) -> None:
    issued = plant.client().enroll(cmpkit.Key.generate(), subject="CN=dev1")
    certificate: x509.Certificate = issued.certificate.x509()
    assert certificate.serial_number == int(issued.certificate.summary.serial, 16)
    certificate.verify_directly_issued_by(issued.chain[0].x509())
