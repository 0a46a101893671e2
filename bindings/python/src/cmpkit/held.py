"""Functions of the application that the library calls. The library owns the directors that call them until it is done with them; the functions stay with the
object of this package that was given them. A director that held them would be part of a cycle through C++, which the garbage collector cannot see."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]


class Held:
    """Functions by their name. Its owner holds it, and directors find them through it."""

    def __init__(self, **functions: Function | None) -> None:
        self._functions = functions

    def finder(self, name: str) -> Callable[[], Function | None]:
        """Finds the function; None once the owner is gone."""
        weak = weakref.ref(self)

        def find() -> Function | None:
            held = weak()
            return None if held is None else held._functions.get(name)

        return find
