"""Certificates: got, updated, revoked."""

from __future__ import annotations

from conftest import Plant

import cmpkit


def test_a_device_enrolls_over_http_by_a_shared_secret(plant: Plant) -> None:
    client = cmpkit.Client(plant.url, plant.secret, trust=plant.trust)
    issued = client.enroll(cmpkit.Key.generate("ec:P-256"), subject="CN=dev1")
    assert issued.certificate.subject == "CN=dev1"
    assert [issuer.subject for issuer in issued.chain] == ["CN=Plant Root Issuing CA", "CN=Plant Root"]
