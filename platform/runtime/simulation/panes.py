# ruff: noqa: D102 - the protocol `Pane` documents these methods
"""How a window lies over rows in order of time: which are inside now, when one comes, and when one goes.

Only windows in which rows come and go in the order of their times have a pane. Months and working days added to
instants are none: the 30th at noon leaves after the 31st at ten.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import DAY
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind

Rows = Sequence[tuple[int, int, Any]]
"""Time, order of creation and whatever, in order."""
Stretch = Callable[[int], tuple[int, int]]
"""The instants at which a row of that time comes and goes."""


_ALWAYS = -(1 << 62)


class Pane(Protocol):
    """A window over rows in order of time."""

    dated: bool
    """Whether the times of the rows are days."""

    def inside(self, rows: Rows, moment: Moment) -> tuple[int, int]:
        """From which place to before which the rows lie in the window; those before it are gone for good."""
        ...

    def comes(self, time: int) -> int:
        """The instant at which a row of that time comes in."""
        ...

    def goes(self, time: int) -> int | None:
        """The instant at which it leaves; None: never."""
        ...


class Everything:
    """No window."""

    def __init__(self, *, dated: bool) -> None:
        self.dated = dated

    def inside(self, rows: Rows, moment: Moment) -> tuple[int, int]:  # noqa: ARG002
        return 0, len(rows)

    def comes(self, time: int) -> int:  # noqa: ARG002
        return _ALWAYS

    def goes(self, time: int) -> int | None:  # noqa: ARG002
        return None


class Rolling:
    """`in the last 30 days` (x <= now < x + D) and `in the next 7 days` (x - D <= now < x) of instants"""

    dated = False

    def __init__(self, length: int, *, ahead: bool) -> None:
        self._early = length if ahead else 0
        self._late = 0 if ahead else length

    def inside(self, rows: Rows, moment: Moment) -> tuple[int, int]:
        now = moment.now
        return bisect_left(rows, (now - self._late + 1,)), bisect_left(rows, (now + self._early + 1,))

    def comes(self, time: int) -> int:
        return time - self._early

    def goes(self, time: int) -> int | None:
        return time + self._late


class Dated:
    """Windows of dates in whole days, and calendar windows: the moment knows which days or instants they mean."""

    def __init__(self, window: n.Window, kind: Kind, stretch: Stretch) -> None:
        self.dated = kind is Kind.DATE
        self._window = window
        self._kind = kind
        self._stretch = stretch

    def inside(self, rows: Rows, moment: Moment) -> tuple[int, int]:
        bounds = moment.bounds(self._window, self._kind)
        if not bounds:  # a window of no length
            now = moment.today if self._kind is Kind.DATE else moment.now
            return bisect_left(rows, (now + 1,)), bisect_left(rows, (now + 1,))
        ((low, high),) = bounds
        return (
            0 if low is None else bisect_left(rows, (low,)),
            len(rows) if high is None else bisect_left(rows, (high,)),
        )

    def comes(self, time: int) -> int:
        return self._stretch(time)[0]

    def goes(self, time: int) -> int | None:
        return self._stretch(time)[1]


class Days(Dated):
    """`in the last 30 days` of dates: the same without a search."""

    def __init__(self, window: n.Rolling, stretch: Stretch) -> None:
        super().__init__(window, Kind.DATE, stretch)
        days = shifts.fixed_length(window.duration) // DAY
        self._early, self._late = (days, 0) if window.side == "next" else (0, days)

    def inside(self, rows: Rows, moment: Moment) -> tuple[int, int]:
        today = moment.today
        return bisect_left(rows, (today - self._late + 1,)), bisect_left(rows, (today + self._early + 1,))


def pane_of(window: n.Window | None, kind: Kind, stretch: Stretch) -> Pane | None:
    """The pane of a window over rows whose time is of that kind; None when rows do not go in the order of time."""
    if window is None:
        return Everything(dated=kind is Kind.DATE)
    if isinstance(window, n.Calendrical):
        return Dated(window, kind, stretch)
    fixed = shifts.is_fixed(window.duration)
    if kind is Kind.DATE:
        whole = fixed and shifts.fixed_length(window.duration) % DAY == 0
        return Days(window, stretch) if whole else Dated(window, kind, stretch)
    return Rolling(shifts.fixed_length(window.duration), ahead=window.side == "next") if fixed else None
