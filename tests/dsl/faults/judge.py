"""Whether a fault was named at its place and whether its fix makes the text right again."""

from __future__ import annotations

from dataclasses import dataclass

from tests.dsl.faults.bases import Base, tree_of


@dataclass(frozen=True)
class Fault:
    """A text made wrong in one place; `start` and `end` are where the message may begin, in code points.

    Where something is missing the message stands in the gap or at what begins right behind it.
    """

    operator: str
    base: Base
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Verdict:
    """What the language said of a fault."""

    fault: Fault
    place: bool
    fix: bool
    said: str


def judge(fault: Fault) -> Verdict | None:
    """None when the changed text is right as well, so that nothing is wrong with it."""
    parsed = fault.base.read(fault.text)
    if parsed.ok:
        return None
    first = parsed.diagnostics[0]
    assert first.place is not None
    place = fault.start <= first.place.start <= fault.end
    said = f"{first.place.start}-{first.place.end} {first.code} {first.message('en')}"
    if first.fix is None:
        return Verdict(fault, place, False, said)
    mended = fault.text[: first.place.start] + first.fix.replacement + fault.text[first.place.end :]
    again = fault.base.read(mended)
    right = again.ok and tree_of(again) == fault.base.tree
    return Verdict(fault, place, right, f"{said} → {first.fix.replacement!r}")
