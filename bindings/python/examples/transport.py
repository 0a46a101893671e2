"""A transport of the application's own: messages go through two queues, as they might through any bus, to a CA in another thread."""

import queue
import tempfile
import threading
from pathlib import Path

import cmpkit

folder = Path(tempfile.mkdtemp()) / "ca"
cmpkit.init_ca(folder, "CN=Plant Root", secret=("dev1", "swordfish"))
there: queue.Queue[bytes | None] = queue.Queue()
back: queue.Queue[bytes] = queue.Queue()


def serve() -> None:
    with cmpkit.Responder(folder / "cmpkit.toml") as responder:
        while (message := there.get()) is not None:
            back.put(responder.answer(message))


def exchange(label: str, message: bytes) -> bytes:
    print("carrying", cmpkit.show(message).brief.splitlines()[0])
    there.put(message)
    return back.get(timeout=30)


server = threading.Thread(target=serve)
server.start()
client = cmpkit.Client("", cmpkit.Credentials.secret("dev1", "swordfish"), trust=cmpkit.Trust(anchors=folder / "root.pem"), exchange=exchange)
print(client.enroll(cmpkit.Key.generate(), subject="CN=dev1").certificate)
there.put(None)
server.join()
