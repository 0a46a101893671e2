"""Support messages: the CA is asked (RFC 9483 4.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conftest import Plant

import cmpkit

Make = Callable[..., Plant]
NULL = b"\x05\x00"


def test_ca_certificates_are_told(plant: Plant) -> None:
    assert [found.subject for found in plant.client(plant.device()).ca_certificates()] == ["CN=Plant Root Issuing CA"]


def test_without_a_new_root_there_is_no_root_update(plant: Plant) -> None:
    assert plant.client().root_update() is None


def test_a_new_root_is_learned_through_the_link_from_the_old_one(plant: Plant) -> None:
    old = cmpkit.Certificate.load(plant.folder / "root.pem")
    made = plant.responder.ca().rollover(plant.folder / "root.key.pem", cmpkit.Key.generate())
    update = plant.client().root_update(old)
    assert update is not None and update.root == made[0] and update.root != old
    assert update.links == made[1:3]


def test_a_request_template_is_told(plant: Plant) -> None:
    template = plant.client().request_template()
    assert template is not None
    assert (template.issuer, template.subject) == ("CN=Plant Root Issuing CA", "CN=dev1") or template.issuer
    assert cmpkit.template_summary(template.der) == template


def test_only_a_newer_crl_is_told(plant: Plant) -> None:
    plant.responder.ca().crl()
    client = plant.client(plant.device())
    (crl,) = client.crls()
    assert crl.x509().issuer.rfc4514_string() == "CN=Plant Root Issuing CA"
    assert client.crls(crl) == () and client.crls(crl.x509()) == ()


def test_an_infotype_of_the_applications_own_is_answered_by_it(make_plant: Make) -> None:
    asked: list[tuple[str, bytes]] = []

    def inform(requester: str, value: bytes) -> bytes:
        asked.append((requester, value))
        return b"\x0c\x05hello"

    plant = make_plant(information={"1.3.6.1.4.1.99999.1": inform})
    assert plant.client().information("1.3.6.1.4.1.99999.1", NULL) == b"\x0c\x05hello"
    assert asked == [("secret:dev1", NULL)]


def test_an_infotype_may_be_told_without_a_value(make_plant: Make) -> None:
    assert make_plant(information={"1.3.6.1.4.1.99999.1": lambda *asked: None}).client().information("1.3.6.1.4.1.99999.1") == b""


def test_an_infotype_that_is_not_ready_is_polled_for(make_plant: Make) -> None:
    answers = iter([cmpkit.Later(1, "soon"), cmpkit.Later(1, "soon"), NULL])  # the first poll comes at once

    def inform(requester: str, value: bytes) -> bytes:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    waits: list[tuple[int, str]] = []
    plant = make_plant(information={"1.3.6.1.4.1.99999.1": inform})
    assert plant.client(waiting=lambda *told: waits.append(told)).information("1.3.6.1.4.1.99999.1") == NULL
    assert waits == [(1, "soon")]


def test_an_infotype_may_be_refused(make_plant: Make) -> None:
    def inform(requester: str, value: bytes) -> bytes:
        raise cmpkit.Refused("not for you")

    with pytest.raises(cmpkit.RejectedError) as caught:
        make_plant(information={"1.3.6.1.4.1.99999.1": inform}).client().information("1.3.6.1.4.1.99999.1")
    assert caught.value.fail_info_name == "notAuthorized"


def test_an_infotype_that_nobody_knows_is_refused(plant: Plant) -> None:
    with pytest.raises(cmpkit.RejectedError) as caught:
        plant.client().information("1.3.6.1.4.1.99999.2")
    assert caught.value.fail_info_name == "badRequest"


def test_all_that_the_ca_tells_everybody_is_told(make_plant: Make) -> None:
    told = make_plant('[[support.information]]\ntype = "1.3.6.1.4.1.99999.3"\ntext = "hello"\n').client().all_information()
    assert told.value("1.3.6.1.4.1.99999.3") == b"\x0c\x05hello"
    assert told.value("1.3.6.1.4.1.99999.4") is None
    assert told.der[0] == 0x30


def test_what_a_server_offers_is_discovered(plant: Plant) -> None:
    offers = cmpkit.default_context().discover(plant.url, timeout=10)
    assert {"path", "profile", "operation"} == set(offers[0])


def test_a_message_is_carried_by_itself(plant: Plant) -> None:
    operation = cmpkit.Operation(cmpkit.request.ca_certificates(), plant.secret, trust=plant.trust)
    operation.begin()
    answer = cmpkit.default_context().exchange(plant.url, operation.message(), timeout=10)
    assert operation.receive(answer) is cmpkit.Action.DONE
    assert len(operation.result()) == 1


def test_the_transports_of_the_package_are_listed() -> None:
    transports = {each["name"]: each for each in cmpkit.default_context().transports()}
    assert {"http", "file", "tcp"} <= transports.keys()
    assert transports["http"]["file"].startswith(str(cmpkit.__path__[0]))
    assert cmpkit.default_context().is_offline("file:///nowhere") and not cmpkit.default_context().is_offline("http://127.0.0.1")
