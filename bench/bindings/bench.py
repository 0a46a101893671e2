"""What the Python binding costs: lines `name<TAB>nanoseconds`, the best of five rounds. Needs the installed package alone."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cmpkit
from cmpkit import raw


def measure(name: str, function: Callable[[], object], count: int) -> None:
    best = float("inf")
    for _ in range(5):
        begin = time.perf_counter_ns()
        for _ in range(count):
            function()
        best = min(best, (time.perf_counter_ns() - begin) / count)
    print(f"{name}\t{best:.0f}")


def failure() -> None:
    try:
        cmpkit.Key.generate("no such kind")
    except cmpkit.BadArgumentError:
        pass


def main() -> None:
    folder = Path(tempfile.mkdtemp()) / "ca"
    cmpkit.init_ca(folder, "CN=Root", secret=("dev1", "swordfish"))
    toml = (folder / "cmpkit.toml").read_text().replace('file = "store.db"', "")
    responder = cmpkit.Responder(toml, folder=folder)
    secret, trust = cmpkit.Credentials.secret("dev1", "swordfish", iterations=100), cmpkit.Trust(anchors=folder / "root.pem")
    client = cmpkit.Client("", secret, trust=trust, exchange=lambda label, message: responder.answer(message))
    operation = cmpkit.Operation(cmpkit.request.ca_certificates(), secret, trust=trust)
    small, large = bytes(16), bytes(2**20)
    operation.set_memo(large)
    operation.begin()
    state = operation.save()

    measure("call", raw.abi_version, 200_000)
    measure("in_16", lambda: operation.set_memo(small), 50_000)
    measure("in_1m", lambda: operation.set_memo(large), 500)
    measure("out_1m", lambda: cmpkit.saved_memo(state), 200)
    measure("operation_callback", client.ca_certificates, 200)
    measure("failure", failure, 10_000)


main()
