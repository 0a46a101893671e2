"""Looking into messages and certificates."""

from __future__ import annotations

import json

from conftest import Plant

import cmpkit


def test_a_message_is_shown_in_words_and_as_json(plant: Plant) -> None:
    messages: list[bytes] = []
    plant.client(trace=lambda sent, message: messages.append(message)).enroll(cmpkit.Key.generate(), subject="CN=𝔻ev")
    shown = cmpkit.show(messages[0])
    assert "ir" in shown.brief and len(shown.brief) < len(shown.text) and str(shown) == shown.text
    assert shown.json["type"] == "PKIMessage" and json.loads(shown.raw_json) == shown.json
    assert "CN=𝔻ev" in shown.raw_json


def test_findings_have_their_clause(plant: Plant) -> None:
    (finding, *_) = cmpkit.show(plant.responder.answer(b"garbage")).json["findings"]
    assert (finding["level"], finding["path"], finding["clause"]) == ("note", "protection", "RFC 9483 3.6.4")


def test_a_certificate_is_summarized(plant: Plant) -> None:
    summary = cmpkit.certificate_summary(plant.folder / "root.pem")
    assert (summary.subject, summary.issuer, summary.key, summary.sans) == ("CN=Plant Root", "CN=Plant Root", "ec:P-256", ())
    assert summary.not_before < summary.not_after and summary.not_after.tzinfo is not None
    assert repr(cmpkit.Certificate.load(plant.folder / "root.pem")) == "<Certificate 'CN=Plant Root'>"


def test_certificates_of_a_file_are_loaded_in_order(plant: Plant) -> None:
    chain = cmpkit.certificates_load(plant.folder / "ca-chain.pem")
    assert [each.subject for each in chain] == ["CN=Plant Root Issuing CA", "CN=Plant Root"]
    assert cmpkit.certificates_open(f"file:{plant.folder}/ca-chain.pem") == chain
    assert cmpkit.Key.open(f"file:{plant.folder}/root.key.pem").public()


def test_peers_and_versions_are_told() -> None:
    assert "ejbca" in {peer["name"] for peer in cmpkit.peers()}
    assert cmpkit.version() == cmpkit.__version__ == "0.1.0"
