"""The end of the interpreter: no thread of the library may call into Python after it. Whatever runs or listens then is ended, and waited for.

And the beginning of a forked process: there the library's threads are not, and a handle that waits for them would wait for ever. So none is used or freed there."""

from __future__ import annotations

import atexit
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from . import raw
from .closing import Closing
from .errors import BadStateError

_PATIENCE = 10.0  # seconds for runs of daemon threads to come back: a callback of the application may hold them


class _Cancellable(Protocol):
    def cancel(self) -> None: ...


_listeners: weakref.WeakSet[Closing] = weakref.WeakSet()
_others: weakref.WeakSet[Closing] = weakref.WeakSet()
_runs: dict[int, _Cancellable | None] = {}
_changed = threading.Condition(threading.RLock())
_ended = False


def close_at_exit(one: Closing, *, first: bool = False) -> None:
    """Keeps it weakly. first: before the contexts and responders that it stands on."""
    with _changed:
        (_listeners if first else _others).add(one)


@contextmanager
def under_way(cancellable: _Cancellable | None) -> Iterator[None]:
    """A blocking call of this thread: it is waited for at the end, and cancelled if it can be."""
    token = object()
    with _changed:
        if _ended:
            raise BadStateError("api: the interpreter ends")
        _runs[id(token)] = cancellable
    try:
        yield
    finally:
        with _changed:
            del _runs[id(token)]
            _changed.notify_all()


@atexit.register
def _end() -> None:
    global _ended
    with _changed:
        _ended = True
        runs, handles = list(_runs.values()), [*_listeners, *_others]
    for run in runs:
        if run is not None:
            run.cancel()
    for one in handles:
        one.close()
    with _changed:
        _changed.wait_for(lambda: not _runs, _PATIENCE)
    raw.end_threads()


class _Gone:
    """In the place of what a forked process has inherited."""

    def __init__(self, inherited: object) -> None:
        inherited.thisown = False  # type: ignore[attr-defined]

    def close(self) -> None:
        """Nothing is to be ended here."""

    cancel = close

    def __getattr__(self, name: str) -> object:
        raise BadStateError("api: handles do not survive fork")


def _forked() -> None:
    global _changed
    _changed = threading.Condition(threading.RLock())  # another thread may have held it
    for one in [*_listeners, *_others]:
        one._raw = _Gone(one._raw)
    _listeners.clear()
    _others.clear()
    _runs.clear()


os.register_at_fork(after_in_child=_forked)
