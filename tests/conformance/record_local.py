"""Conditions about one record with what they must give: written down for the browser, whose tests read them.

`record_local.json` holds the conformance cases, `record_local_random.json` random conditions about random rows. Both
hold what the server sends: the JsonLogic of a condition and the values of the record as the API delivers them. They are
made by `python -m tests.conformance.record_local`; a test says when they are no longer what the server would send.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruleloom.api.shapes.wire import instant_text, to_wire
from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import reads_of
from ruleloom.forms.calendar_file import write_calendar
from ruleloom.runtime.rules.language import logic_of_tree
from tests.conformance.cases import CASES, entity_of, moment_of, trees_of, world_of
from tests.dsl.backends.trees import NOW, Pieces, calendar, chance
from tests.dsl.backends.world import MODEL, Row

FOLDER = Path(__file__).parent
CONFORMANCE, RANDOM = FOLDER / "record_local.json", FOLDER / "record_local_random.json"
SEEDS = 40
"""Worlds that the committed random cases come from."""
CONDITIONS_PER_WORLD, ROWS_PER_CONDITION = 6, 2
ENTITIES = ("customer", "customer", "order", "training")
MOVES = (0, 0, 1, -3_600_000_000, 86_400_000_000, 31_622_400_000_000)
"""Microseconds between the moments of random cases and the usual one."""


def conformance() -> dict[str, Any]:
    """All conformance cases that read only the record."""
    return _file(_conformance_cases())


def random(seeds: range) -> dict[str, Any]:
    """Random conditions with two rows each; the answer is that of the generated Python."""
    return _file(case for seed in seeds for case in _random_cases(seed))


def text_of(content: dict[str, Any]) -> str:
    """One case per line."""
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in content["cases"])
    kinds = ",\n".join(f"{json.dumps(name)}: {json.dumps(each)}" for name, each in content["kinds"].items())
    return f'{{"kinds": {{\n{kinds}\n}},\n"cases": [\n{lines}\n]}}\n'


def _file(cases: Iterator[dict[str, Any]]) -> dict[str, Any]:
    found = list(cases)
    asked = sorted({case["on"] for case in found})
    kinds = {each: {field.key: str(field.value_type.kind) for field in MODEL.entity(each).fields} for each in asked}
    return {"kinds": kinds, "cases": found}


def _conformance_cases() -> Iterator[dict[str, Any]]:
    for name, case in CASES:
        tree, entity = trees_of(case)[0], entity_of(case)
        if not reads_of(tree, MODEL).record_local:
            continue
        world, record, known = world_of(case)
        yield _case(name, entity, tree, world.snapshot(entity, record), moment_of(case, known), case["expect"]["holds"])


def _random_cases(seed: int) -> Iterator[dict[str, Any]]:
    chances = chance(seed)
    pieces = Pieces(chances)
    world = pieces.world()
    moment = Moment(NOW + chances.choice(MOVES), calendar(chances), chances.choice([1, 2, None]))
    found = 0
    while found < CONDITIONS_PER_WORLD:
        entity = chances.choice(ENTITIES)
        tree = pieces.condition(entity, "this", 3)
        reads = reads_of(tree, MODEL)
        rows = list(world.live(entity).values())
        if not reads.record_local or not reads.fields or not rows:
            continue
        found += 1
        for row in chances.sample(rows, min(len(rows), ROWS_PER_CONDITION)):
            read = {MODEL.field(field)[1].key for field in reads.fields}
            known = {key: value for key, value in row.items() if key in read}
            yield _case(f"seed {seed}", entity, tree, known, moment, world.holds(tree, row, moment))


def _case(name: str, entity: str, tree: n.Condition, row: Row, moment: Moment, holds: bool) -> dict[str, Any]:
    fields = MODEL.entity(entity).by_key
    sent = {key: to_wire(fields[key], value) for key, value in row.items() if value is not None}
    return {
        "name": name,
        "on": entity,
        "logic": logic_of_tree(tree, MODEL),
        "values": sent,
        "now": instant_text(moment.now),
        "me": None if moment.me is None else str(moment.me),
        **_calendar_json(moment.calendar),
        "holds": holds,
    }


def _calendar_json(known: Calendar) -> dict[str, Any]:
    return dict(write_calendar(known))


def main() -> None:
    """Writes both files anew; with a number, so many worlds of other random cases to standard output."""
    if len(sys.argv) > 1:
        sys.stdout.write(text_of(random(range(10_000, 10_000 + int(sys.argv[1])))))
        return
    CONFORMANCE.write_text(text_of(conformance()), encoding="utf-8")
    RANDOM.write_text(text_of(random(range(SEEDS))), encoding="utf-8")


if __name__ == "__main__":
    main()
