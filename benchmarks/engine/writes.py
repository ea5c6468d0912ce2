"""What rules that do not match add to a create, through the door of commands."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from measuring import both
from shop import open_shop, publish_rule

from ruleloom.access import WORKSPACE
from ruleloom.runtime.commands import records
from ruleloom.runtime.workspace import Workspace

VALUES = {"name": "Acme", "region": "East", "credit": "1200.50", "notes": "from the fair"}


def compare(urls: dict[int, str], folder: Path, rounds: int, loops: int = 25) -> dict[str, Any]:
    """Milliseconds of one create for each number of rules; `urls` names an empty database for each number."""
    acts: dict[str, Callable[[], object]] = {}
    with ExitStack() as opened:
        for count, url in urls.items():
            workspace = opened.enter_context(open_shop(url, folder / str(count)))
            for i in range(count):
                publish_rule(workspace, _rule(i))
            acts[str(count)] = lambda workspace=workspace: _create(workspace)  # type: ignore[misc]
        found = both(acts, rounds, loops)
    least = found[str(min(urls))]["cpu_ms"]
    return {"create": found, "ratios": {count: taken["cpu_ms"] / least for count, taken in found.items()}}


def _rule(i: int) -> str:
    kinds = (
        f'when region = "R{i}" and credit > {i}',
        f"when credit > {1_000_000 + i} and notes is empty",
        f'when region = "R{i}" and no orders in the last 30 days',
        f'when region changes to "R{i}"',
    )
    return f'rule "Rule {i}" on customer {kinds[i % 4]} then set notes = "{i}"'


def _create(workspace: Workspace) -> None:
    written = workspace.transact(lambda uow: records.create_in(uow, "customer", VALUES), WORKSPACE)
    assert not written.firings
