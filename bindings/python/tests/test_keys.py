"""Keys, credentials, trust, TLS: every form in which they come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import SECRET, Plant, certificate_of
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

import cmpkit

Make = Callable[..., Plant]
DER, PEM = serialization.Encoding.DER, serialization.Encoding.PEM
PKCS8, PLAIN = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


@pytest.mark.parametrize("kind", ["ec:P-256", "ec:P-384", "ec:brainpoolP256r1", "rsa:2048", "ed25519", "ed448"])
def test_a_key_survives_pem_under_a_passphrase(kind: str) -> None:
    key = cmpkit.Key.generate(kind)
    pem = key.pem(passphrase="𝔭ass")
    assert "ENCRYPTED" in pem
    assert cmpkit.Key.load(pem, passphrase="𝔭ass".encode()).public() == key.public()
    with pytest.raises(cmpkit.CryptoError):
        cmpkit.Key.load(pem, passphrase="pass")


@pytest.mark.parametrize("own", [ec.generate_private_key(ec.SECP384R1()), rsa.generate_private_key(65537, 2048), ed25519.Ed25519PrivateKey.generate()])
def test_keys_of_the_package_cryptography_are_certified(plant: Plant, own: ec.EllipticCurvePrivateKey) -> None:
    issued = plant.client().enroll(own, subject="CN=dev1")
    assert issued.certificate.x509().public_key() == own.public_key()
    assert cmpkit.Key.of(own).private_key().public_key() == own.public_key()


def test_a_key_comes_as_a_file_as_text_or_as_octets(tmp_path: Path) -> None:
    key, file = cmpkit.Key.generate(), tmp_path / "dev1.key"
    file.write_text(key.pem())
    for form in (file, key.pem(), key.pem().encode(), bytearray(key.private_key().private_bytes(DER, PKCS8, PLAIN)), key):
        assert cmpkit.Key.of(form).public() == key.public()


def test_a_private_half_may_stay_with_the_application(plant: Plant) -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    algorithms: list[bytes] = []

    def sign(algorithm: bytes, data: bytes) -> bytes:
        algorithms.append(algorithm)
        return own.sign(data, ec.ECDSA(hashes.SHA256()))

    key = cmpkit.Key.of_signer(own.public_key(), sign)
    issued = plant.client().enroll(key, subject="CN=dev1")
    assert issued.certificate.x509().public_key() == own.public_key()
    device = cmpkit.Credentials.certificate(key, [issued.certificate, *issued.chain])
    del key
    assert plant.client(device).ca_certificates()
    assert len(algorithms) == 2 and b"\x2a\x86\x48\xce\x3d\x04\x03\x02" in algorithms[0]  # ecdsa-with-SHA256
    with pytest.raises(cmpkit.UnsupportedError):
        cmpkit.Key.of_signer(own.public_key(), sign).pem()


def test_an_rsa_signer_is_told_its_algorithm(plant: Plant) -> None:
    own = rsa.generate_private_key(65537, 2048)
    key = cmpkit.Key.of_signer(own.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo), lambda _, data: own.sign(data, padding.PKCS1v15(), hashes.SHA256()))
    assert plant.client().enroll(key, subject="CN=dev1").certificate.summary.key == "rsa:2048"


def test_what_a_signer_raises_comes_back_as_the_same_object(plant: Plant) -> None:
    token_gone = OSError("the token was pulled")

    def sign(algorithm: bytes, data: bytes) -> bytes:
        raise token_gone

    key = cmpkit.Key.of_signer(ec.generate_private_key(ec.SECP256R1()).public_key(), sign)
    with pytest.raises(OSError) as caught:
        plant.client().enroll(key, subject="CN=dev1")
    assert caught.value is token_gone


def test_a_wrong_signature_of_a_signer_is_found(plant: Plant) -> None:
    other = ec.generate_private_key(ec.SECP256R1())
    key = cmpkit.Key.of_signer(ec.generate_private_key(ec.SECP256R1()).public_key(), lambda _, data: other.sign(data, ec.ECDSA(hashes.SHA256())))
    with pytest.raises(cmpkit.CryptoError) as caught:
        plant.client().enroll(key, subject="CN=dev1")
    assert caught.value.name == "signing_failed"


@pytest.mark.parametrize("mac", list(cmpkit.Mac))
def test_either_mac_protects_by_a_secret(plant: Plant, mac: cmpkit.Mac) -> None:
    who = cmpkit.Credentials.secret("dev1", SECRET.encode(), mac=mac, iterations=1000)
    messages: list[bytes] = []
    plant.client(who, trace=lambda sent, message: messages.append(message)).ca_certificates()
    word = "id-PasswordBasedMac" if mac is cmpkit.Mac.PBM else "id-PBMAC1"
    assert word in str(cmpkit.show(messages[0]).json["value"]["header"]["protectionAlg"])


def test_nothing_shows_a_secret() -> None:
    who = cmpkit.Credentials.secret("dev1", SECRET)
    shown = repr([who, cmpkit.Key.generate(), cmpkit.Client(f"http://user:{SECRET}@127.0.0.1", who), cmpkit.Trust(), cmpkit.Tls()])
    assert SECRET not in shown and "dev1" in shown


def test_credentials_come_from_a_pkcs12_file(plant: Plant, tmp_path: Path) -> None:
    key = cmpkit.Key.generate()
    issued = plant.client().enroll(key, subject="CN=dev1")
    file = tmp_path / "dev1.p12"
    chain = [issuer.x509() for issuer in issued.chain]
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"dev1", key.private_key(), issued.certificate.x509(), chain, serialization.BestAvailableEncryption("pä𝔰s".encode())))
    assert plant.client(cmpkit.Credentials.pkcs12(file, password="pä𝔰s")).ca_certificates()
    assert cmpkit.certificates_load(file, password="pä𝔰s")[0] == issued.certificate
    assert cmpkit.Key.load(file, passphrase="pä𝔰s").public() == key.public()
    with pytest.raises(cmpkit.CryptoError) as caught:
        cmpkit.Credentials.pkcs12(file, password="wrong")
    assert caught.value.name == "bad_key"


def test_certificates_come_in_every_form(plant: Plant) -> None:
    pem = (plant.folder / "root.pem").read_text()
    root = cmpkit.Certificate.load(pem)
    for form in (pem, pem.encode(), root.der, memoryview(root.der), root, root.x509(), plant.folder / "root.pem", [root, root.x509()], iter([root])):
        trust = cmpkit.Trust(anchors=form)
        assert cmpkit.Client("", plant.secret, trust=trust, exchange=plant.answer).ca_certificates()


def test_a_certificate_of_another_key_is_no_credential(plant: Plant) -> None:
    with pytest.raises(cmpkit.CryptoError):
        cmpkit.Credentials.certificate(cmpkit.Key.generate(), plant.folder / "root.pem")


def test_a_makers_certificate_asks_for_a_first_one(make_plant: Make, tmp_path: Path) -> None:
    maker = ec.generate_private_key(ec.SECP256R1())
    root = certificate_of(maker, "Maker")
    (tmp_path / "maker.pem").write_bytes(root.public_bytes(PEM))
    plant = make_plant(changes={"trust      = []": f'trust = ["{tmp_path}/maker.pem"]', 'revocation = "hard"': 'revocation = "none"'})
    key = ec.generate_private_key(ec.SECP256R1())
    device = cmpkit.Credentials.certificate(key, [certificate_of(maker, "SN-4711", (maker, root), key.public_key()), root])
    issued = plant.client(device).enroll(cmpkit.Key.generate(), subject="CN=SN-4711")
    assert issued.certificate.subject == "CN=SN-4711"


def test_an_answer_is_believed_only_by_an_anchor(plant: Plant) -> None:
    stranger = cmpkit.Trust(anchors=certificate_of(ec.generate_private_key(ec.SECP256R1()), "Stranger"))
    with pytest.raises(cmpkit.CryptoError) as caught:
        cmpkit.Client("", plant.device(), trust=stranger, exchange=plant.answer).ca_certificates()
    assert caught.value.name == "signer_not_trusted"


def test_a_pin_is_believed_and_nobody_else(plant: Plant) -> None:
    device = plant.device()
    pinned = cmpkit.Trust(anchors=plant.folder / "root.pem", pins=plant.folder / "cmp-signer.pem")
    assert cmpkit.Client("", device, trust=pinned, exchange=plant.answer).ca_certificates()
    other = cmpkit.Trust(anchors=plant.folder / "root.pem", pins=plant.folder / "issuing.pem")
    with pytest.raises(cmpkit.CryptoError):
        cmpkit.Client("", device, trust=other, exchange=plant.answer).ca_certificates()


def test_hard_revocation_needs_a_status(plant: Plant) -> None:
    device = plant.device()
    hard = cmpkit.Trust(anchors=plant.folder / "root.pem", revocation=cmpkit.Revocation.HARD)
    with pytest.raises(cmpkit.CryptoError) as caught:
        cmpkit.Client("", device, trust=hard, exchange=plant.answer).ca_certificates()
    cause = caught.value.__cause__
    assert isinstance(cause, cmpkit.CryptoError) and (cause.name, cause.clause) == ("status_unknown", "RFC 5280 6.3")


def test_trust_takes_all_that_it_lists(plant: Plant) -> None:
    cmpkit.Trust(
        anchors=plant.folder / "root.pem",
        intermediates=[plant.folder / "issuing.pem"],
        verify_new=plant.folder / "root.pem",
        crls=[plant.folder / "ca.crl.pem", plant.responder.ca().crl()],
        crl_urls=["http://crl.plant/ca.crl"],
        ocsp_urls=["http://ocsp.plant/"],
        allowed_urls=["http://crl.plant/"],
        fetch_octets=4096,
        fetch_time=1.5,
        named_addresses="internet",
        peer=cmpkit.peers()[0]["name"],
    )
    with pytest.raises(cmpkit.BadArgumentError):
        cmpkit.Trust(peer="nobody")
    with pytest.raises(cmpkit.BadConfigurationError):
        cmpkit.Trust(peer_toml="= nothing")


@pytest.fixture
def tls_plant(make_plant: Make, tmp_path: Path) -> tuple[Plant, x509.Certificate]:
    own = ec.generate_private_key(ec.SECP256R1())
    root = certificate_of(own, "TLS root")
    key = ec.generate_private_key(ec.SECP256R1())
    shown = certificate_of(own, "127.0.0.1", (own, root), key.public_key(), ExtendedKeyUsageOID.SERVER_AUTH)
    (tmp_path / "tls.pem").write_bytes(shown.public_bytes(PEM))
    (tmp_path / "tls.key").write_bytes(key.private_bytes(PEM, PKCS8, PLAIN))
    (tmp_path / "psk").write_bytes(b"0123456789abcdef")
    tls = f'[tls]\ncertificate = ["{tmp_path}/tls.pem"]\nkey = "{tmp_path}/tls.key"\n[[tls.secret]]\nidentity = "dev1"\nkind = "psk"\nsecret = "file:{tmp_path}/psk"\n'
    return make_plant(tls, {"http://127.0.0.1:0": "https://127.0.0.1:0"}), root


def test_https_is_believed_by_its_own_anchors(tls_plant: tuple[Plant, x509.Certificate]) -> None:
    plant, root = tls_plant
    assert cmpkit.Client(plant.url, plant.secret, trust=plant.trust, tls=cmpkit.Tls(anchors=root)).ca_certificates()
    assert cmpkit.Client(plant.url, plant.secret, trust=plant.trust, tls=cmpkit.Tls(trust=cmpkit.Trust(anchors=root))).ca_certificates()
    with pytest.raises(cmpkit.TransportError) as caught:
        cmpkit.Client(plant.url, plant.secret, trust=plant.trust, tls=cmpkit.Tls(anchors=plant.folder / "root.pem"), timeout=5).ca_certificates()
    assert caught.value.name == "tls_failed"


def test_https_goes_by_a_shared_secret(tls_plant: tuple[Plant, x509.Certificate]) -> None:
    plant, _ = tls_plant
    assert cmpkit.Client(plant.url, plant.secret, trust=plant.trust, tls=cmpkit.Tls(psk=("dev1", b"0123456789abcdef"))).ca_certificates()


def test_tls_shows_a_certificate_of_its_own(tls_plant: tuple[Plant, x509.Certificate]) -> None:
    plant, root = tls_plant
    key = cmpkit.Key.generate()
    issued = plant.client().enroll(key, subject="CN=dev1")
    tls = cmpkit.Tls(anchors=root, key=key, certificates=[issued.certificate, *issued.chain])
    assert cmpkit.Client(plant.url, plant.secret, trust=plant.trust, tls=tls).ca_certificates()
