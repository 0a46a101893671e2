"""Devices enroll on one event loop, at the same time; what each one is called is decided by the application that holds the CA."""

import asyncio
import tempfile
from pathlib import Path

import cmpkit
from cmpkit import aio

INVENTORY = {f"CN=SN-{number}": f"press {number}" for number in range(20)}


def naming(question: cmpkit.Question) -> cmpkit.Names:
    if question.subject not in INVENTORY:
        raise cmpkit.Refused("no such device")
    return cmpkit.Names(f"CN={INVENTORY[question.subject]},O=Plant")


async def main() -> None:
    folder = Path(tempfile.mkdtemp()) / "ca"
    cmpkit.init_ca(folder, "CN=Plant Root", secret=("plant", "swordfish"))
    toml = (folder / "cmpkit.toml").read_text().replace("uses      = 1 ", "uses      = 0 ")
    with cmpkit.Responder(toml, folder=folder, naming=naming) as responder:

        async def exchange(label: str, message: bytes) -> bytes:
            return await asyncio.to_thread(responder.answer, message)

        client = aio.Client("", cmpkit.Credentials.secret("plant", "swordfish"), trust=cmpkit.Trust(anchors=folder / "root.pem"), exchange=exchange)
        issued = await asyncio.gather(*(client.enroll(cmpkit.Key.generate(), subject=subject) for subject in INVENTORY))
        print(", ".join(sorted(each.certificate.subject for each in issued)))
        try:
            await client.enroll(cmpkit.Key.generate(), subject="CN=SN-4711")
        except cmpkit.RejectedError as refused:
            print(refused.fail_info_name, "-", refused.detail)


asyncio.run(main())
