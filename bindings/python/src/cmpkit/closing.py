"""What is closed: contexts, operations, responders and their listeners."""

from __future__ import annotations

from typing import Protocol, TypeVar

C = TypeVar("C", bound="Closing")


class _Closable(Protocol):
    def close(self) -> None: ...


class Closing:
    """A handle of the library. What is used after close() is a `BadStateError`; calls that are under way then end well, and free it. Dropped handles are closed too."""

    _raw: _Closable

    def close(self) -> None:
        """From any thread, any number of times."""
        self._raw.close()

    def __enter__(self: C) -> C:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
