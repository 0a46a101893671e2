"""A server in the application: a CA, several, or a registration authority, made from one configuration text."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from . import answers, raw
from .answers import Adaptation, Names, Question
from .closing import Closing
from .context import Context, default_context
from .desk import CaDesk, RaDesk
from .ending import close_at_exit
from .held import Held
from .interrupt import interruptible
from .moment import Duration, Moment, milliseconds, now_or
from .octets import EncodedList, Octets


class Responder(Closing):
    """Octets in, octets out. Any number of threads.

    config: the text of a configuration (docs/configuration.md), or a file as `Path`. folder: where its relative paths begin; that of the file, or the current one.
    The callbacks may come from any thread of the responder, several at a time, and must not close it; what they raise is told in `answers`.

    naming: what somebody who wants a certificate is to be called; None: the profile says.
    overseer: of an RA: whether a first message goes on; with `Names` under these where the rule's action is "modify".
    adapter: of an RA: asks a CA that knows PKCS#10 alone, for an upstream with `adapter = "application"`; the certificate, then its issuers.
    information: by infoType (dotted OID), answers a genm: is told the requester and the value (DER; empty: absent), and returns DER; None: told without a value.
    events: hears what came of each request, as docs/registration.md has it. The requester's answer waits for its return.
    """

    _raw: raw.Responder

    def __init__(
        self,
        config: str | Path,
        *,
        folder: str | PathLike[str] | None = None,
        context: Context | None = None,
        naming: Callable[[Question], Names | None] | None = None,
        overseer: Callable[[Question], Names | None] | None = None,
        adapter: Callable[[Adaptation], EncodedList] | None = None,
        information: Mapping[str, Callable[[str, bytes], Octets | None]] | None = None,
        events: Callable[[dict[str, Any]], object] | None = None,
    ) -> None:
        self._context = context or default_context()  # its log is asked for as long as this
        self._raw = raw.Responder(self._context._raw, *_text_and_folder(config, folder))
        self._held = Held(naming=naming, overseer=overseer, adapter=adapter, events=events, **(information or {}))
        if naming is not None:
            self._raw.set_naming(answers.Namer(self._held))
        if overseer is not None:
            self._raw.set_overseer(answers.Overseer(self._held))
        if adapter is not None:
            self._raw.set_adapter(answers.Adapter(self._held))
        if events is not None:
            self._raw.set_events(answers.Audience(self._held, json.loads))
        for info_type in information or {}:
            self._raw.set_information(info_type, answers.Informer(self._held, info_type))
        close_at_exit(self)

    def answer(self, request: Octets, *, address: str = "", profile: str = "", now: Moment | None = None) -> bytes:
        """The answer to one message; a message that is refused is answered too. Blocks while it is asked whether a signer is revoked.

        address: who asks, for the log. profile: the name after /p/ in the path, of a profile or a CA.
        """
        moment = now_or(now)
        return interruptible(lambda: self._raw.answer(request, address, profile, moment))

    def tick(self, now: Moment | None = None) -> None:
        """Ends what is overdue, renews the CRL where it is due. A listener does this by itself."""
        moment = now_or(now)
        interruptible(lambda: self._raw.tick(moment))

    def reload(self, config: str | Path, *, folder: str | PathLike[str] | None = None) -> list[str]:
        """Goes by another configuration from now on; requests under way end as they began, and after a failure nothing has changed.

        Returns the keys that are not as the responder was made with, and need another one: `listen`, `store`, `server`, `tls`.
        """
        unchanged: list[str] = json.loads(self._raw.reload(*_text_and_folder(config, folder)))
        return unchanged

    def listen(self, url: str = "") -> Listener:
        """Serves it at url, or at every `listen` of its configuration; port 0 takes a free one. Returns when requests are accepted."""
        return Listener(self, url)

    def ca(self, name: str = "") -> CaDesk:
        """The desk of the CA of that name; empty: of the default one. `NotFoundError` from its functions: there is none."""
        return CaDesk(self._raw, name)

    @property
    def ra(self) -> RaDesk:
        """The registration officer's desk."""
        return RaDesk(self._raw)


def _text_and_folder(config: str | Path, folder: str | PathLike[str] | None) -> tuple[str, str]:
    if isinstance(config, Path):
        return config.read_text("utf-8"), fspath(folder if folder is not None else config.absolute().parent)
    return config, fspath(folder) if folder is not None else ""


class Listener(Closing):
    """Serves a responder until it is closed, or dropped; made by `Responder.listen`. Any thread."""

    _raw: raw.Listener

    def __init__(self, responder: Responder, url: str) -> None:
        self._responder = responder  # its callbacks are asked for as long as this
        self._raw = raw.Listener(responder._raw, url)
        self._urls = tuple(self._raw.url(index) for index in range(self._raw.size()))
        close_at_exit(self, first=True)

    @property
    def urls(self) -> tuple[str, ...]:
        """With the real ports."""
        return self._urls

    @property
    def url(self) -> str:
        """The first of them."""
        return self._urls[0]

    def stop(self, grace: Duration = 5.0) -> None:
        """Takes no more requests, and lets those that are open end within that time."""
        self._raw.stop(milliseconds(grace))

    def __repr__(self) -> str:
        return f"<Listener at {', '.join(self._urls)}>"
