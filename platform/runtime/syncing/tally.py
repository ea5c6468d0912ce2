"""What a sync did, in numbers, and each row that it left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_PROBLEMS = 1000
"""Problems kept with a run; the numbers count all."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A remote row that was left out, and why."""

    resource: str
    external_id: str
    field: str | None
    code: str
    params: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """As kept with the run."""
        params = {k: v if isinstance(v, str | int | dict | list) else str(v) for k, v in self.params.items()}
        return {**asdict(self), "params": params}


@dataclass
class Tally:
    """Numbers of one resource in one run."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    gone: int = 0
    """Remote rows whose record was deleted here; they are left alone."""
    pages: int = 0
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, problem: Problem) -> None:
        """Counts a row that is left out."""
        if not any(
            p.external_id == problem.external_id and p.resource == problem.resource for p in self.problems[-20:]
        ):
            self.rejected += 1
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)

    def numbers(self) -> dict[str, int]:
        """As shown."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int)}

    def copy(self) -> Tally:
        """For a transaction that may be repeated."""
        return Tally(**{**vars(self), "problems": list(self.problems)})
