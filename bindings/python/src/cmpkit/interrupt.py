"""Blocking calls that Ctrl-C ends. Python hands a signal to its main thread alone, and only between its own instructions: so the library runs in another
thread, and the main thread waits in a way that can be interrupted."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

from .ending import under_way

T = TypeVar("T")


class _Outcome:
    def __init__(self) -> None:
        self.is_there = threading.Event()
        self.value: object = None
        self.failure: BaseException | None = None


class _Cancel:
    def __init__(self, cancel: Callable[[], None]) -> None:
        self.cancel = cancel


def interruptible(function: Callable[[], T], cancel: Callable[[], None] | None = None) -> T:
    """Calls it. In the main thread: in a worker, with a copy of the context variables; a KeyboardInterrupt, or whatever else a signal handler raises, cancels it,
    waits for its end and goes on. A second one does not wait. What cannot be cancelled is left to its end."""
    run = _Cancel(cancel) if cancel is not None else None
    if threading.current_thread() is not threading.main_thread():
        with under_way(run):
            return function()
    outcome = _Outcome()

    def work() -> None:
        try:
            with under_way(run):
                outcome.value = function()
        except BaseException as failure:
            outcome.failure = failure
        finally:
            outcome.is_there.set()

    worker = threading.Thread(target=contextvars.copy_context().run, args=(work,), name="cmpkit run")
    try:
        worker.start()
        outcome.is_there.wait()
    except BaseException:
        if cancel is not None:
            cancel()
            if worker.ident is not None:
                outcome.is_there.wait()
        raise
    worker.join()
    if outcome.failure is None:
        return outcome.value  # type: ignore[return-value]
    try:
        raise outcome.failure
    finally:
        del outcome  # its traceback refers to this frame
