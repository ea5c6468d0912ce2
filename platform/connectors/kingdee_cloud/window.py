"""Which changes one run reads: a fixed stretch of modification time, paged by the internal id. Pure.

The server keeps `FModifyDate` in its local time without a zone, to milliseconds. Within a run the stretch stays fixed
and rows are ordered by their internal id, so that a row that changes while we page can neither push another one over
a page's edge nor be lost: it leaves the stretch and comes in the next run, which starts before the end of this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ruleloom.connectors.contract import CursorState

MARGIN = timedelta(seconds=30)
"""Changes younger than this are left to the next run: their transactions may still be open."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """One run: instants `[start, end)`, done up to the internal id `after`. `start` None: from the beginning."""

    start: datetime | None
    end: datetime
    after: int

    @classmethod
    def following(cls, since: CursorState | None, now: datetime, lookback: timedelta) -> Window:
        """The stretch that follows a state: the unfinished one, or a new one up to `now`, never back in time.

        `now` is the earlier of both clocks: an end that the server's clock has not reached yet would lose changes.
        """
        if since and "after" in since:
            return cls(_instant(since.get("start")), datetime.fromisoformat(since["end"]), int(since["after"]))
        read = _instant(since.get("read")) if since else None
        start = read - lookback if read else None
        end = now - MARGIN
        return cls(start, max(end, read) if read else end, 0)

    def at(self, after: int) -> CursorState:
        """The state in the middle of the run."""
        start = self.start.isoformat() if self.start else None
        return {"start": start, "end": self.end.isoformat(), "after": after}

    def done(self) -> CursorState:
        """The state after the run; never later than what was read."""
        return {"read": self.end.isoformat()}

    def local(self, zone: ZoneInfo) -> tuple[str | None, str]:
        """Its edges as the server writes them, wide enough for an hour that the server's clock shows twice."""
        start = None if self.start is None else _written(self.start, min(_offsets(zone, self.start, self.start + _DAY)))
        return start, _written(self.end, max(_offsets(zone, self.end - _DAY, self.end)))


def _offsets(zone: ZoneInfo, *instants: datetime) -> list[timedelta]:
    return [instant.astimezone(zone).utcoffset() or timedelta(0) for instant in instants]


def _written(instant: datetime, offset: timedelta) -> str:
    """Local text with milliseconds, cut and never rounded up."""
    local = instant.astimezone(UTC).replace(tzinfo=None) + offset
    return local.isoformat(sep=" ", timespec="milliseconds")


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
