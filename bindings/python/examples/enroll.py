"""A device gets, updates and revokes a certificate; the CA is in the same process, and is asked over HTTP."""

import tempfile
from pathlib import Path

import cmpkit

folder = Path(tempfile.mkdtemp()) / "ca"
cmpkit.init_ca(folder, "CN=Plant Root", secret=("dev1", "swordfish"), listen="http://127.0.0.1:0")

with cmpkit.Responder(folder / "cmpkit.toml") as responder, responder.listen() as listener:
    trust = cmpkit.Trust(anchors=folder / "root.pem")
    key = cmpkit.Key.generate("ec:P-256")
    first = cmpkit.Client(listener.url, cmpkit.Credentials.secret("dev1", "swordfish"), trust=trust)
    issued = first.enroll(key, subject="CN=dev1", sans=["dns:dev1.plant"])
    print("enrolled:", issued.certificate.subject, "until", issued.certificate.summary.not_after.date())

    fresh = cmpkit.Key.generate("ec:P-256")
    updated = cmpkit.Client(listener.url, cmpkit.Credentials.certificate(key, [issued.certificate, *issued.chain]), trust=trust).update(fresh)
    print("updated:", updated.certificate.subject)

    device = cmpkit.Client(listener.url, cmpkit.Credentials.certificate(fresh, [updated.certificate, *updated.chain]), trust=trust)
    print("the CA tells:", ", ".join(each.subject for each in device.ca_certificates()))
    device.revoke(reason="cessationOfOperation")
    print("states:", ", ".join(found["state"] for found in responder.ca().find()))
