"""What an import did, in numbers, and every row that it left out, with the reason in the reader's language."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ruleloom.messages import Language, text
from ruleloom.storage.logs.import_log import ProblemRow


@dataclass
class Tally:
    """The numbers of a run; kept as JSON with its progress, so that a run that goes on counts on."""

    rows: int = 0
    """Rows of the file that were looked at."""
    skipped: int = 0
    """Left out on purpose, as the plan says."""
    left_out: int = 0
    """Left out because something is wrong with them."""
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    lines: int = 0
    """Records of the second entity of a grouped file."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Rows left out by message code."""
    empty: Counter[str] = field(default_factory=Counter)
    """Records whose reference stayed empty, by field."""
    unknown: Counter[str] = field(default_factory=Counter)
    """Rows left out because the record that they name is not there, by place in the plan (`columns.customer`)."""
    made: Counter[str] = field(default_factory=Counter)
    """Records created because a row named them, by entity."""

    def to_json(self) -> dict[str, Any]:
        """As kept and as shown."""
        return {name: dict(value) if isinstance(value, Counter) else value for name, value in vars(self).items()}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Tally:
        """The tally of an earlier part of the run."""
        made = cls()
        for name, value in kept.items():
            if name in vars(made):
                setattr(made, name, Counter(value) if isinstance(value, dict) else value)
        return made

    def refuse(self, problems: Sequence[ProblemRow]) -> None:
        """Counts rows that are left out: each row once, each reason once per row."""
        self.left_out += len({problem.row for problem in problems})
        self.reasons.update(code for _, code in {(problem.row, problem.code) for problem in problems})


def reason(problem: ProblemRow, language: Language) -> str:
    """Why a row was left out."""
    return text(problem.code, language, problem.params)


_HEADINGS: Mapping[Language, tuple[str, str, str]] = {"en": ("row", "column", "reason"), "zh": ("行号", "列", "原因")}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def problems_csv(problems: Iterable[ProblemRow], columns: Sequence[str], language: Language) -> Iterator[str]:
    """The rows left out as a CSV file (with a byte order mark, for Excel): number, column, reason, and the row itself.

    With the first three columns removed it can be mended and imported again. A cell that a spreadsheet would run as a
    formula is shown with an apostrophe before it, unless it is a number.
    """
    yield "\ufeff" + _line([*_HEADINGS[language], *columns])
    for problem in problems:
        why = reason(problem, language)
        yield _line([str(problem.row), problem.column or "", why, *(_harmless(cell) for cell in problem.cells)])


def _harmless(cell: str) -> str:
    if not cell.startswith(_FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return "'" + cell
    return cell


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
