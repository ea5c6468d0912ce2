"""What is in force after each change is what a process that starts now would find; the other rules are left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import definitions
from ruleloom.runtime.rules import published
from ruleloom.runtime.workspace import Workspace


def in_force(workspace: Workspace) -> dict[str, tuple[Any, Any]]:
    """By id, the rules in force and their trees; as this process has them, and as a new one reads them."""
    now = workspace.refreshed()
    with workspace.database.read() as connection:
        anew = published.load(connection)
    found = {id_: (rule, now.book.rules[id_].tree) for id_, rule in now.rules.items()}
    assert found == {id_: (rule, anew.book.rules[id_].tree) for id_, rule in anew.rules.items()}
    assert set(now.book.rules) == set(now.rules)
    assert set(now.book.watches) == set(anew.book.watches)
    assert set(now.broken) == set(anew.broken)
    return found


def test_only_what_changed_is_read_again(workspace: Workspace, rule: Callable[[str], str]) -> None:
    text = 'rule "{}" on customer when credit > {} then notify created_by "much"'
    first, second, third = (rule(text.format(f"R{each}", each)) for each in range(3))
    waiting = rule(text.format("W", 5).replace(" then ", ' then wait up to 2 days until flag = "x" '))
    assert set(in_force(workspace)) == {first, second, third, waiting}
    kept = workspace.published.book.rules[first]
    draft = {"text": text.format("R1", 77), "language": "en"}
    revision = definitions.read(workspace, WORKSPACE, "rule", second).revision
    definitions.change(workspace, WORKSPACE, "rule", second, revision, draft)
    definitions.publish(workspace, WORKSPACE, "rule", second)
    assert "77" in repr(in_force(workspace)[second][1])
    definitions.pause(workspace, WORKSPACE, "rule", third)
    definitions.delete(workspace, WORKSPACE, "rule", waiting)
    assert set(in_force(workspace)) == {first, second}
    definitions.resume(workspace, WORKSPACE, "rule", third)
    in_force(workspace)
    assert workspace.published.book.rules[first] is kept
