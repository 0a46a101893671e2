"""Methods of the clients that are made from the functions of `request`: each of those is written down once."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, get_args


def as_method(make: Callable[..., Any], method: Callable[..., Any]) -> None:
    """Gives `method` the name, words and parameters of `make`, with self in front of them and the answer in the place of its request."""
    method.__name__, method.__doc__ = make.__name__, make.__doc__
    method.__qualname__ = f"Client.{make.__name__}"
    signature = inspect.signature(make, eval_str=True)
    (answer,) = get_args(signature.return_annotation)
    self = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
    method.__signature__ = signature.replace(parameters=[self, *signature.parameters.values()], return_annotation=answer)  # type: ignore[attr-defined]
