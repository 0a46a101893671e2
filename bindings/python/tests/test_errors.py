"""What goes wrong, and how it is told."""

from __future__ import annotations

import csv
import pickle
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from conftest import Plant

import cmpkit
from cmpkit import errors, raw

Make = Callable[..., Plant]
TABLE = Path(__file__).parents[2] / "errors.tsv"


def test_every_code_is_of_the_kind_that_the_table_says() -> None:
    with TABLE.open() as table:
        rows = list(csv.DictReader((line for line in table if not line.startswith("#")), delimiter="\t"))
    assert {int(row["code"]): f"{row['kind']}Error" for row in rows} == {code: kind.__name__ for code, kind in errors._KIND_OF.items()} | {-199: "InternalError"}
    assert {f"CMPKIT_E_{row['name'].upper()}": int(row["code"]) for row in rows} == {name: getattr(raw, name) for name in dir(raw) if name.startswith("CMPKIT_E_")}


def test_the_kinds_are_caught_by_what_python_calls_them() -> None:
    for kind, builtin in {
        cmpkit.BadArgumentError: ValueError, cmpkit.OutOfMemoryError: MemoryError, cmpkit.NotFoundError: LookupError, cmpkit.MalformedError: ValueError, cmpkit.IoError: OSError,
        cmpkit.ExistsError: FileExistsError, cmpkit.TransportError: OSError, cmpkit.DeadlineError: TimeoutError, cmpkit.RejectedError: cmpkit.ProtocolError,
    }.items():  # fmt: skip
        assert issubclass(kind, builtin) and issubclass(kind, cmpkit.CmpkitError)
    assert issubclass(cmpkit.DeadlineError, cmpkit.TransportError)


def test_a_refusal_tells_layer_path_clause_and_the_peers_reason(make_plant: Make) -> None:
    def naming(question: cmpkit.Question) -> None:
        raise cmpkit.Refused("nobody knows you")

    with pytest.raises(cmpkit.RejectedError) as caught:
        make_plant(naming=naming).client().enroll(cmpkit.Key.generate(), subject="CN=dev1")
    error = caught.value
    assert (error.code, error.name, error.layer, error.clause) == (-85, "rejected", "cmp", "RFC 9483 3.6")
    assert (error.path, error.fail_info, error.fail_info_name) == ("body.response[0].status", 23, "notAuthorized")
    assert "nobody knows you" in error.detail and error.detail in str(error)


def test_an_error_survives_pickling(plant: Plant) -> None:
    with pytest.raises(cmpkit.RejectedError) as caught:
        plant.client().information("1.3.6.1.4.1.99999.2")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again), again.__dict__) == (cmpkit.RejectedError, str(caught.value), caught.value.__dict__)


def test_a_deadline_has_its_cause(tmp_path: Path) -> None:
    client = cmpkit.Client("http://127.0.0.1:1", cmpkit.Credentials.secret("dev1", "secret"), timeout=0.3)
    with pytest.raises(TimeoutError) as caught:
        client.ca_certificates()
    cause = caught.value.__cause__
    assert isinstance(cause, cmpkit.TransportError) and cause.name == "connect_failed" and cause.layer == "transport"


def test_a_wrong_secret_is_a_matter_of_protection(plant: Plant) -> None:
    with pytest.raises(cmpkit.ProtectionError) as caught:
        plant.client(cmpkit.Credentials.secret("dev1", "wrong")).ca_certificates()
    assert (caught.value.layer, caught.value.path, caught.value.clause) == ("protection", "body.error", "RFC 9483 3.6")


def test_octets_that_are_no_message_are_malformed(plant: Plant) -> None:
    with pytest.raises(cmpkit.MalformedError) as caught:
        plant.client(exchange=lambda label, message: b"\x30\x03\x02\x01\x05").ca_certificates()
    assert caught.value.layer == "der" and isinstance(caught.value, ValueError)
    assert (caught.value.path, caught.value.offset) != ("", 0)


def test_an_answer_to_another_request_is_a_matter_of_the_protocol(plant: Plant) -> None:
    answers: list[bytes] = []

    def exchange(label: str, message: bytes) -> bytes:
        answers.append(plant.responder.answer(message))
        return answers[0]

    client = plant.client(exchange=exchange)
    client.ca_certificates()
    with pytest.raises(cmpkit.ProtocolError) as caught:
        client.ca_certificates()
    assert (caught.value.name, caught.value.path) == ("transaction_mismatch", "header.transactionID")


def test_a_scheme_without_a_plugin_is_a_matter_of_transport(plant: Plant) -> None:
    with pytest.raises(cmpkit.TransportError) as caught:
        cmpkit.Client("gopher://127.0.0.1", plant.secret).ca_certificates()
    assert caught.value.name == "no_plugin" and isinstance(caught.value, OSError)


def test_a_wrong_configuration_names_its_line(plant: Plant) -> None:
    with pytest.raises(cmpkit.BadConfigurationError, match="line 2"):
        cmpkit.Responder("\nnonsense\n")
    with pytest.raises(cmpkit.BadConfigurationError):
        plant.responder.reload("nonsense")


def test_a_ca_is_founded_once(plant: Plant) -> None:
    with pytest.raises(FileExistsError) as caught:
        cmpkit.init_ca(plant.folder, "CN=Other")
    assert isinstance(caught.value, cmpkit.ExistsError)


def test_a_folder_that_cannot_be_written_is_an_io_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(cmpkit.IoError):
        cmpkit.init_ca(tmp_path / "file" / "ca", "CN=Root")


def test_what_is_not_there_is_not_found(plant: Plant) -> None:
    for asked in (lambda: plant.responder.ca("lab").pending(), lambda: plant.responder.ca().approve("ab" * 16)):
        with pytest.raises(cmpkit.NotFoundError):
            asked()
    with pytest.raises(FileNotFoundError):
        cmpkit.Trust(anchors=Path("/nowhere/root.pem"))


def test_a_store_that_fails_is_told(plant: Plant, tmp_path: Path) -> None:
    text = (plant.folder / "cmpkit.toml").read_text().replace('file = ""', f'file = "{tmp_path}"')
    with pytest.raises(cmpkit.StoreError):
        cmpkit.Responder(text, folder=plant.folder)


def test_arguments_are_checked(plant: Plant) -> None:
    with pytest.raises(cmpkit.BadArgumentError):
        cmpkit.Key.generate("ec:P-255")
    with pytest.raises(cmpkit.BadArgumentError):
        cmpkit.Credentials.secret("dev1", b"")
    with pytest.raises(ValueError, match="time zone"):
        cmpkit.request.enroll(cmpkit.Key.generate(), not_after=datetime(2030, 1, 1))
    with pytest.raises(ValueError, match="above zero"):
        plant.client(timeout=0).ca_certificates()
    with pytest.raises(ValueError, match="NUL"):
        plant.client().enroll(cmpkit.Key.generate(), subject="CN=dev1\0,O=Plant")
    with pytest.raises(UnicodeEncodeError):
        cmpkit.request.enroll(cmpkit.Key.generate(), subject="CN=\ud800")
    with pytest.raises(TypeError, match="text is needed"):
        cmpkit.request.enroll(cmpkit.Key.generate(), subject=5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="octets are needed"):
        cmpkit.Trust(anchors=[5])  # type: ignore[list-item]
    with pytest.raises(TypeError, match="exchnage"):
        plant.client(exchnage=plant.answer).ca_certificates()


def test_an_exception_of_a_callback_comes_back_as_the_same_object(plant: Plant) -> None:
    class Mine(Exception):
        pass

    mine = Mine("with its own trace")

    def fails(*_: object) -> bool:
        raise mine

    for name in ("exchange", "policy", "keep", "trace", "save"):
        with pytest.raises(Mine) as caught:
            plant.client(**{name: fails}).enroll(cmpkit.Key.generate(), subject="CN=dev1")
        assert caught.value is mine
        assert caught.traceback[-1].name == "fails"


def test_a_waiting_callback_may_end_the_run(make_plant: Make) -> None:
    plant = make_plant(changes={"implicit_confirm   = true": "approve_by_hand = true"})

    def waiting(seconds: int, text: str) -> None:
        raise InterruptedError(seconds)

    with pytest.raises(InterruptedError, match="60"):
        plant.client(waiting=waiting).enroll(cmpkit.Key.generate(), subject="CN=dev1")


def test_an_exchange_must_return_octets(plant: Plant) -> None:
    with pytest.raises(TypeError, match="bytes-like"):
        plant.client(exchange=lambda label, message: "text").ca_certificates()


def test_a_callback_may_use_another_client(plant: Plant) -> None:
    inner = plant.client()

    def exchange(label: str, message: bytes) -> bytes:
        assert inner.ca_certificates()
        return plant.responder.answer(message)

    assert plant.client(exchange=exchange).ca_certificates()
