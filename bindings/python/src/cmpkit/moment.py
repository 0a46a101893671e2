"""Times and durations, as Python has them and as the library does: Unix seconds, milliseconds."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta, timezone
from typing import TypeAlias, Union

Moment: TypeAlias = Union[datetime, int, float]
"""A `datetime` with its time zone, or Unix seconds."""

Duration: TypeAlias = Union[timedelta, float]
"""A `timedelta`, or seconds."""

_MOST_MILLISECONDS = 2**32 - 1


def unix_seconds(moment: Moment | None) -> int:
    """0 for None. Raises `ValueError` for a `datetime` without a time zone: nobody knows when that is."""
    if moment is None:
        return 0
    if isinstance(moment, datetime):
        if moment.tzinfo is None:
            raise ValueError("a time needs its time zone: datetime.now(timezone.utc)")
        return math.floor(moment.timestamp())
    return math.floor(moment)


def now_or(moment: Moment | None) -> int:
    """Unix seconds; of this moment for None."""
    return int(time.time()) if moment is None else unix_seconds(moment)


def milliseconds(duration: Duration | None) -> int:
    """0, which leaves a limit as it is, for None. Raises `ValueError` for what is not above zero; what is too long for the library is 49 days."""
    if duration is None:
        return 0
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
    if not seconds > 0:
        raise ValueError("a duration is above zero")
    return _MOST_MILLISECONDS if seconds * 1000 > _MOST_MILLISECONDS else math.ceil(seconds * 1000)


def time_of(text: str) -> datetime:
    """`2026-11-21T04:34:32Z` with its time zone."""
    return datetime.fromisoformat(text).astimezone(timezone.utc)
