"""A CA in the application, and a registration authority in front of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from conftest import SECRET, Plant, certificate_of
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

import cmpkit

Make = Callable[..., Plant]


def enroll(plant: Plant, name: str = "dev1") -> cmpkit.Issued:
    return plant.client().enroll(cmpkit.Key.generate(), subject=f"CN={name}")


def test_the_desk_finds_what_fits(plant: Plant) -> None:
    first, second = enroll(plant), enroll(plant, "press4")
    desk = plant.responder.ca()
    assert {found["subject"] for found in desk.find()} == {"CN=dev1", "CN=press4"}
    assert [found["serial"] for found in desk.find(subject="press")] == [second.certificate.summary.serial]
    assert [found["subject"] for found in desk.find(serial=int(first.certificate.summary.serial, 16))] == ["CN=dev1"]
    assert desk.find(state="revoked") == [] and len(desk.find(requester="dev1", state="valid")) == 2
    assert desk.find(expires_before=datetime.now(timezone.utc)) == []
    assert len(desk.find(expires_before=datetime.now(timezone.utc) + timedelta(days=400))) == 2


def test_the_desk_revokes_and_tells_it_on_the_crl(plant: Plant) -> None:
    serial = enroll(plant).certificate.summary.serial
    since = datetime.now(timezone.utc).replace(microsecond=0) - timedelta(minutes=2)
    plant.responder.ca().revoke(serial, reason="keyCompromise", invalid_since=since)
    entry = plant.responder.ca().crl().x509().get_revoked_certificate_by_serial_number(int(serial, 16))
    assert entry is not None
    assert entry.extensions.get_extension_for_class(x509.CRLReason).value.reason is x509.ReasonFlags.key_compromise
    assert entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc == since
    other = enroll(plant, "press4").certificate.summary.serial
    with pytest.raises(cmpkit.ProtocolError) as caught:
        plant.responder.ca().revoke(other, invalid_since=datetime.now(timezone.utc) + timedelta(days=2))
    assert caught.value.name == "bad_request"


def test_another_configuration_counts_from_the_reload_on(plant: Plant) -> None:
    toml = plant.folder / "cmpkit.toml"
    text = toml.read_text()
    assert plant.responder.reload(text.replace('subjects  = ["*"]', 'subjects  = ["CN=press4"]'), folder=plant.folder) == []
    with pytest.raises(cmpkit.RejectedError):
        enroll(plant)
    toml.write_text(text.replace("http://127.0.0.1:0", "http://127.0.0.1:1"))
    assert plant.responder.reload(toml) == ["listen"]
    assert enroll(plant)


def test_time_is_told_to_a_responder_that_serves_nobody(plant: Plant) -> None:
    before = plant.responder.ca().crl().x509()
    plant.responder.tick(datetime.now(timezone.utc) + timedelta(days=30))
    assert plant.responder.ca().crl(datetime.now(timezone.utc) + timedelta(days=30)).x509().next_update_utc > before.next_update_utc  # type: ignore[operator]


def test_several_cas_have_desks_of_their_own(make_plant: Make, tmp_path: Path) -> None:
    cmpkit.init_ca(tmp_path / "lab", "CN=Lab Root")
    lab = tmp_path / "lab"
    plant = make_plant(
        f'[[authority]]\nname = "lab"\n[authority.ca]\ncertificate = "{lab}/issuing.pem"\nkey = "{lab}/issuing.key.pem"\nchain = ["{lab}/root.pem"]\n'
        f'[authority.cmp]\ncertificate = "{lab}/cmp-signer.pem"\nkey = "{lab}/cmp-signer.key.pem"\n[[authority.profile]]\nname = "bench"\n'
    )
    enroll(plant)
    assert (len(plant.responder.ca().find()), plant.responder.ca("lab").find()) == (1, [])
    assert plant.responder.ca("lab").crl().x509().issuer.rfc4514_string() == "CN=Lab Root Issuing CA"


def test_naming_is_asked_who_wants_what(make_plant: Make) -> None:
    questions: list[cmpkit.Question] = []

    def naming(question: cmpkit.Question) -> cmpkit.Names | None:
        questions.append(question)
        return None if question.subject == "CN=as asked" else cmpkit.Names("CN=𝔻,O=Plant", ("dns:d.plant", "ip:192.0.2.9"))

    plant = make_plant(naming=naming)
    key = cmpkit.Key.generate()
    issued = plant.client().enroll(key, subject="CN=dev1", sans=["dns:dev1"])
    assert (issued.certificate.subject, issued.certificate.summary.sans, issued.with_mods) == ("CN=𝔻,O=Plant", ("dns:d.plant", "ip:192.0.2.9"), True)
    assert plant.client().enroll(cmpkit.Key.generate(), subject="CN=as asked").certificate.subject == "CN=as asked"
    assert questions[0] == cmpkit.Question("secret:dev1", "secret", None, "device", "CN=dev1", ("dns:dev1",))
    plant.client(cmpkit.Credentials.certificate(key, [issued.certificate, *issued.chain])).update(cmpkit.Key.generate())
    assert (questions[-1].kind, questions[-1].certificate) == ("own", issued.certificate)


def test_naming_cannot_answer_later(make_plant: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    reported: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", lambda what: reported.append(what.exc_value))

    def naming(question: cmpkit.Question) -> None:
        raise cmpkit.Later(5)

    with pytest.raises(cmpkit.RejectedError):
        enroll(make_plant(naming=naming))
    assert [type(each) for each in reported] == [cmpkit.Later]


def test_events_tell_what_came_of_each_request(make_plant: Make) -> None:
    heard: list[dict[str, Any]] = []
    plant = make_plant(events=heard.append)
    serial = enroll(plant).certificate.summary.serial
    plant.responder.ca().revoke(serial)
    assert [event["event"] for event in heard] == ["enrolled", "revoked"]
    assert heard[0]["serial"] == serial and heard[0]["requester"] == "secret:dev1"


def test_a_founded_ca_may_have_encrypted_keys_and_an_ra_signer(tmp_path: Path) -> None:
    (tmp_path / "passphrase").write_text("swordfish")
    cmpkit.init_ca(tmp_path / "ca", "CN=Root", key="ec:P-384", passphrase="swordfish", passphrase_source=f"file:{tmp_path}/passphrase", ra_signer=True, kga_signer=True)
    assert "ENCRYPTED" in (tmp_path / "ca" / "root.key.pem").read_text()
    assert (tmp_path / "ca" / "ra-signer.pem").exists() and (tmp_path / "ca" / "kga-signer.pem").exists()
    with cmpkit.Responder(tmp_path / "ca" / "cmpkit.toml") as responder:
        assert responder.ca().find() == []


def test_a_listener_tells_its_urls(plant: Plant) -> None:
    with plant.responder.listen("http://127.0.0.1:0") as listener:
        assert listener.urls == (listener.url,) and not listener.url.endswith(":0")
        assert listener.url in repr(listener)


class Office:
    """A registration authority in front of the plant's CA."""

    def __init__(self, plant: Plant, rule: str, upstream: str = "", bodies: str = "ir", **callbacks: Any) -> None:
        self.plant = plant
        (plant.folder / "dev1.secret").write_text(SECRET)
        upstream = upstream or f'url = "{plant.url}"\ntrust = ["root.pem"]\nrevocation = "none"'
        self.responder = cmpkit.Responder(
            f"""
            [ra]
            certificate = ["ra-signer.pem", "issuing.pem"]
            key = "ra-signer.key.pem"
            poll_after = "1s"
            [pki]
            trust = ["root.pem"]
            revocation = "none"
            [[secret]]
            reference = "dev1"
            secret = "file:dev1.secret"
            uses = 0
            [[upstream]]
            name = "ca"
            {upstream}
            [[rule]]
            name = "all"
            bodies = ["{bodies}"]
            secret_subjects = ["*"]
            secret_sans = ["*"]
            {rule}
            """.replace("            ", ""),
            folder=plant.folder,
            **callbacks,
        )

    def enroll(self, **options: Any) -> cmpkit.Issued:
        client = cmpkit.Client("", self.plant.secret, trust=self.plant.trust, exchange=lambda label, message: self.responder.answer(message), **options)
        return client.enroll(cmpkit.Key.generate(), subject="CN=dev1")


@pytest.fixture
def make_office(make_plant: Make, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Office]]:
    made: list[Office] = []
    found = cmpkit.init_ca

    def make(*how: Any, **callbacks: Any) -> Office:
        monkeypatch.setattr(cmpkit, "init_ca", lambda *args, **kwargs: found(*args, **kwargs, ra_signer=True))
        made.append(Office(make_plant(), *how, **callbacks))
        return made[-1]

    yield make
    for office in made:
        office.responder.close()


def test_a_device_enrolls_through_a_registration_authority(make_office: Callable[..., Office]) -> None:
    office = make_office('action = "reprotect"')
    assert office.enroll().certificate.subject == "CN=dev1"
    (found,) = office.plant.responder.ca().find()
    assert found["requester"].startswith("certificate:")  # the RA's, which vouched for it


def test_the_officer_approves_at_the_desk(make_office: Callable[..., Office]) -> None:
    office = make_office('action = "reprotect"\napprove_by_hand = true\npoll_after = "1s"')

    def waiting(seconds: int, text: str) -> None:
        for request in office.responder.ra.pending():
            office.responder.ra.approve(request["id"])

    assert office.enroll(waiting=waiting).certificate.subject == "CN=dev1"


def test_the_officer_rejects_at_the_desk(make_office: Callable[..., Office]) -> None:
    office = make_office('action = "reprotect"\napprove_by_hand = true\npoll_after = "1s"')

    def waiting(seconds: int, text: str) -> None:
        for request in office.responder.ra.pending():
            office.responder.ra.reject(request["id"], "not one of ours")

    with pytest.raises(cmpkit.RejectedError, match="not one of ours"):
        office.enroll(waiting=waiting)


def test_a_ca_has_no_officers_desk(plant: Plant) -> None:
    with pytest.raises(cmpkit.BadStateError):
        plant.responder.ra.pending()


def test_an_overseer_sees_the_request_and_gives_names(make_office: Callable[..., Office]) -> None:
    questions: list[cmpkit.Question] = []

    def overseer(question: cmpkit.Question) -> cmpkit.Names:
        questions.append(question)
        return cmpkit.Names("CN=given", ("dns:given.plant",))

    issued = make_office('action = "modify"', overseer=overseer).enroll()
    assert (issued.certificate.subject, issued.certificate.summary.sans) == ("CN=given", ("dns:given.plant",))
    assert (questions[0].body, questions[0].rule, questions[0].upstream, questions[0].subject) == ("ir", "all", "ca", "CN=dev1")


def test_an_overseer_refuses_and_waits(make_office: Callable[..., Office]) -> None:
    says: list[Exception] = [cmpkit.Refused("not today")]

    def overseer(question: cmpkit.Question) -> None:
        if says:
            raise says.pop()

    office = make_office('action = "reprotect"', overseer=overseer)
    with pytest.raises(cmpkit.RejectedError, match="not today"):
        office.enroll()
    says += [cmpkit.Later(1, "the officer is asked")] * 2  # the first poll of a first message comes at once
    waits: list[tuple[int, str]] = []
    assert office.enroll(waiting=lambda *told: waits.append(told))
    assert waits[0] == (1, "the officer is asked")


def test_an_adapter_asks_a_ca_that_knows_pkcs10_alone(make_office: Callable[..., Office], tmp_path: Path) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    root = certificate_of(own, "Other Root")
    (tmp_path / "other.pem").write_bytes(root.public_bytes(Encoding.PEM))
    asked: list[cmpkit.Adaptation] = []

    def adapter(adaptation: cmpkit.Adaptation) -> list[x509.Certificate]:
        asked.append(adaptation)
        if len(asked) == 1:
            raise cmpkit.Later(1)
        csr = x509.load_der_x509_csr(adaptation.pkcs10)
        return [certificate_of(own, "dev1", (own, root), csr.public_key()), root]

    office = make_office('action = "reprotect"', f'adapter = "application"\ntrust = ["{tmp_path}/other.pem"]\nrevocation = "none"\nexchange = "1s"\nretry = "1s"', "p10cr", adapter=adapter)
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name.from_rfc4514_string("CN=dev1"))
    trust = cmpkit.Trust(anchors=[office.plant.folder / "root.pem", root])
    with office.responder.listen("http://127.0.0.1:0") as listener:
        client = cmpkit.Client(listener.url, office.plant.secret, trust=trust)
        issued = client.enroll_pkcs10(csr.sign(key, hashes.SHA256()))
    assert issued.certificate.x509().issuer == root.subject
    assert asked[0].request_id == asked[1].request_id and asked[0].upstream == "ca"
