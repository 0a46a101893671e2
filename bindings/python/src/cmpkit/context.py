"""The context: plugins and log, shared by what is made with it."""

from __future__ import annotations

import enum
import json
import os
import threading
from collections.abc import Callable, Iterable
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import raw
from .closing import Closing
from .ending import close_at_exit
from .held import Held
from .interrupt import interruptible
from .moment import Duration, milliseconds
from .octets import Octets

if TYPE_CHECKING:
    from .tls import Tls
    from .trust import Trust

_PLUGINS = Path(__file__).parent / "plugins"


class LogLevel(enum.IntEnum):
    """How much a log tells; each level includes those before it."""

    ERROR = raw.CMPKIT_LOG_ERROR
    WARNING = raw.CMPKIT_LOG_WARNING
    INFO = raw.CMPKIT_LOG_INFO
    DEBUG = raw.CMPKIT_LOG_DEBUG


class _Logger(raw.Logger):
    def __init__(self, held: Held) -> None:
        super().__init__()
        self._find = held.finder("log")

    def log(self, level: int, text: str) -> None:
        if (log := self._find()) is not None:
            log(LogLevel(level), text)


class Context(Closing):
    """Plugins and log. Any thread may use it. What is made with it keeps what it needs, so it may be closed, or dropped, before.

    plugin_folders: looked into for plugins before the package's own.
    log: is told lines of at most `log_level`, each escaped, from any thread of the library. What it raises goes to `sys.unraisablehook`.
    """

    _raw: raw.Context

    def __init__(self, *, plugin_folders: Iterable[str | PathLike[str]] = (), log: Callable[[LogLevel, str], object] | None = None, log_level: LogLevel = LogLevel.INFO) -> None:
        self._raw = raw.Context()
        self._held = Held(log=log)
        for folder in (*plugin_folders, _PLUGINS):
            self._raw.add_plugin_folder(fspath(folder))
        if log is not None:
            self._raw.set_log(log_level, _Logger(self._held))
        close_at_exit(self)

    def set_option(self, name: str, value: str, *, plugin: str = "") -> None:
        """Tells a plugin what docs/transports.md lists for it, for clients that are opened from then on: `set_option("proxy", "http://proxy:3128", plugin="http")`.

        plugin: empty is whichever serves the URL. A bad name or value shows when a URL is used.
        """
        self._raw.set_option(plugin, name, value)

    def transports(self) -> list[dict[str, Any]]:
        """The plugins found: `name`, `version`, `file`, `schemes`, `client`, `server`, `offline`, `announces` and `options` of each."""
        found: list[dict[str, Any]] = json.loads(self._raw.transports())
        return found

    def is_offline(self, url: str) -> bool:
        """Whether the transport of that URL stores and forwards, so that an answer may take days."""
        return self._raw.is_offline(url)

    def exchange(self, url: str, message: Octets, *, tls: Tls | None = None, trust: Trust | None = None, timeout: Duration | None = None) -> bytes:
        """Carries the octets to url once and brings those that come back: nothing is made, verified or sent again. For diagnosis, and for messages of one's own.

        trust: its peer's way of carrying messages alone. timeout: 60 s where there is none. Blocks, without the interpreter's lock. Raises `TransportError`.
        """
        limit = milliseconds(timeout)
        return interruptible(lambda: self._raw.exchange(url, tls._raw if tls else None, trust._raw if trust else None, message, limit))

    def discover(self, url: str, *, tls: Tls | None = None, timeout: Duration | None = None) -> list[dict[str, str]]:
        """What a server offers: `path`, `profile` and `operation` of each link (RFC 9483 6.1), empty where it names none. Nothing of it is authenticated but by TLS."""
        limit = milliseconds(timeout)
        found: list[dict[str, str]] = json.loads(interruptible(lambda: self._raw.discover(url, tls._raw if tls else None, limit)))
        return found


_default: Context | None = None
_pid = 0
_lock = threading.RLock()


def default_context() -> Context:
    """The context of whatever is given none: the package's own plugins, no log. It is made when it is first needed."""
    global _default, _pid
    with _lock:
        if _default is None or _pid != os.getpid():
            _default, _pid = Context(), os.getpid()
        return _default
