"""A CA in a temporary folder, served over HTTP on loopback; devices with a secret of their own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import cmpkit

SECRET = "swordfish"


class Plant:
    """The CA, its server, and whoever asks it."""

    def __init__(self, folder: Path, more: str = "", **callbacks: object) -> None:
        self.folder = folder
        cmpkit.init_ca(folder, "CN=Plant Root", secret=("dev1", SECRET), listen="http://127.0.0.1:0")
        toml = folder / "cmpkit.toml"
        text = toml.read_text().replace('reference = "dev1"', 'reference = "dev1"\nuses = 0')
        toml.write_text(text + more)
        self.responder = cmpkit.Responder(toml, **callbacks)  # type: ignore[arg-type]
        self.trust = cmpkit.Trust(anchors=folder / "root.pem")
        self.secret = cmpkit.Credentials.secret("dev1", SECRET)
        self._listener: cmpkit.Listener | None = None

    @property
    def url(self) -> str:
        if self._listener is None:
            self._listener = self.responder.listen()
        return self._listener.url

    def answer(self, label: str, message: bytes) -> bytes:
        """A transport without a network."""
        return self.responder.answer(message)

    def client(self, credentials: cmpkit.Credentials | None = None, **options: object) -> cmpkit.Client:
        """In process."""
        return cmpkit.Client("", credentials or self.secret, trust=self.trust, **{"exchange": self.answer, **options})  # type: ignore[arg-type]

    def device(self) -> cmpkit.Credentials:
        """Somebody with a certificate."""
        key = cmpkit.Key.generate()
        issued = self.client().enroll(key, subject="CN=dev1")
        return cmpkit.Credentials.certificate(key, [issued.certificate, *issued.chain])

    def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        self.responder.close()


@pytest.fixture
def make_plant(tmp_path: Path) -> Iterator[Callable[..., Plant]]:
    """Plants with more in their configuration, or with callbacks."""
    made: list[Plant] = []
    number = itertools.count()

    def make(more: str = "", **callbacks: object) -> Plant:
        made.append(Plant(tmp_path / f"ca{next(number)}", more, **callbacks))
        return made[-1]

    yield make
    for plant in made:
        plant.close()


@pytest.fixture
def plant(make_plant: Callable[..., Plant]) -> Plant:
    return make_plant()
