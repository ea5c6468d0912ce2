"""Where in an action a place stands: which part of it is being written. Completion, hover and signatures ask."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ruleloom.dsl.reading.syntax import Token

_ACTIONS = frozenset(
    {
        "SET", "NOTIFY", "ASSIGN", "ADD_TASK", "RUN_REPORT", "CALL", "START_APPROVAL", "BLOCK", "WARN", "WAIT",
        "WAIT_UP_TO", "DELETE", "CREATE", "UPDATE",
    }
)  # fmt: skip
_BOUNDARIES = frozenset({"THEN", "WHEN", "WHEN_ENDS", "UNTIL", "ELSE", "RULE"})
_BEFORE_VALUES = frozenset({"EQ", "LPAR", "COMMA", "PLUS", "MINUS", "STAR", "SLASH", "TO", "GIVE", "HELD", "DUE"})
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"|[“”](?:[^“”\\\n]|\\.)*[“”]|「(?:[^」\\\n]|\\.)*」|#[^\n]*|(?P<open>["“「])')


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in an action: `create E (code = |`."""

    action: str
    """The action's terminal; UPDATE also for the assignments behind its `set`."""
    begin: int
    """Index of the token behind which the action's own part begins: the parenthesis, `set`, or the action's word."""
    at: int
    """Index of the action's word."""
    named: int | None = None
    """Index of the name whose value is being written; None where a name is to be written."""
    inside: bool = False
    """Whether parentheses of the value itself are open."""

    @property
    def assigns(self) -> bool:
        """Whether this part of the action holds `name = value`."""
        return self.action in ("CREATE", "SET", "UPDATE", "CALL")

    @property
    def is_name(self) -> bool:
        """Whether the name of an assignment stands here."""
        return self.assigns and self.named is None and not self.inside


def slot_of(tokens: Sequence[Token], end: int) -> Slot | None:
    """The action in which the place before the token at `end` stands; None outside of actions."""
    depth, named, passed, inside = 0, None, False, False
    for at in range(end - 1, -1, -1):
        kind = tokens[at].type
        if kind == "RPAR":
            depth += 1
        elif kind == "LPAR" and depth:
            depth -= 1
        elif depth:
            continue
        elif kind == "LPAR":
            opener = tokens[at - 2].type if at >= 2 else ""
            if opener in ("CREATE", "CALL"):
                return Slot(opener, at, at - 2, named, inside)
            named, passed, inside = None, False, True
        elif kind == "COMMA":
            passed = True
        elif kind == "EQ" and named is None and not passed:
            named = at - 1
        elif kind in _ACTIONS:
            return _slot_at(tokens, at, named, inside)
        elif kind in _BOUNDARIES or (kind == "IF" and at and tokens[at - 1].type not in _BEFORE_VALUES):
            return None
    return None


def _slot_at(tokens: Sequence[Token], at: int, named: int | None, inside: bool) -> Slot | None:
    kind = tokens[at].type
    if kind in ("UPDATE", "CREATE"):
        return None
    if kind == "SET":
        before = next((i for i in range(at - 1, -1, -1) if tokens[i].type in _ACTIONS | _BOUNDARIES), None)
        if before is not None and tokens[before].type == "UPDATE":
            return Slot("UPDATE", at, before, named, inside)
    return Slot(kind, at, at, named, inside)


def assigned(tokens: Sequence[Token], slot: Slot, end: int) -> set[str]:
    """The names that the action gives a value before the token at `end`."""
    depth = 0
    found: set[str] = set()
    for at in range(slot.begin + 1, end):
        kind = tokens[at].type
        depth += (kind == "LPAR") - (kind == "RPAR")
        if kind == "EQ" and depth == 0 and tokens[at - 1].type == "NAME":
            found.add(tokens[at - 1].value)
    return found


def opened_template(before: str) -> int | None:
    """Where the expression begins that stands in an open `{` of a text that is still being written; else None."""
    for match in _QUOTED.finditer(before):
        if match["open"] is None or "\n" in before[match.end() :]:
            continue
        written = before[match.end() :].replace("{{", "  ").replace("}}", "  ")
        brace = written.rfind("{")
        return match.end() + brace + 1 if brace > written.rfind("}") else None
    return None
