"""A gate of twelve predicates on a plain mapping, as each engine has it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from ruleloom import dsl
from ruleloom.dsl.backends.predicate import predicate
from ruleloom.forms.schema_file import read_schema

Row = dict[str, Any]
Ask = Callable[[Row], Any]
PACKAGES = ("common-expression-language", "datalogic-py", "python-jsonlogic", "rule-engine", "zen-engine", "sqlalchemy")

MODEL = read_schema(
    {
        "timezone": "Asia/Shanghai",
        "entities": [
            {
                "name": "deal",
                "fields": [
                    {"name": "stage", "type": "choice", "options": ["Demo", "Quote", "Won"]},
                    {"name": "amount", "type": "number", "decimals": 2},
                    {"name": "chance", "type": "number"},
                    {"name": "region", "type": "choice", "options": ["East", "West", "North"]},
                    {"name": "signed", "type": "boolean"},
                    {"name": "team", "type": "text"},
                    {"name": "contact", "type": "text"},
                    {"name": "days", "type": "number"},
                    {"name": "discount", "type": "number", "decimals": 2},
                    {"name": "segment", "type": "text"},
                    {"name": "rival", "type": "text"},
                    {"name": "lines", "type": "number"},
                ],
            }
        ],
    }
)
TEXT = """stage = "Quote" and amount >= 1000 and amount <= 500000 and chance > 20 and region in ("East", "West")
and signed and team = "Key" and contact is not empty and days < 60 and discount <= 15 and segment != "Test"
and (rival is empty or lines > 3)"""


def hand_made(record: Row) -> bool:
    """What a careful programmer writes: an empty operand makes a comparison false."""
    get = record.get
    return (
        get("stage") == "Quote"
        and (amount := get("amount")) is not None
        and amount >= _1000
        and amount <= _500000
        and (chance := get("chance")) is not None
        and chance > _20
        and get("region") in _REGIONS
        and get("signed") is True
        and get("team") == "Key"
        and bool(get("contact"))
        and (days := get("days")) is not None
        and days < _60
        and (discount := get("discount")) is not None
        and discount <= _15
        and get("segment") != "Test"
        and (not get("rival") or ((lines := get("lines")) is not None and lines > _3))
    )


def hand_made_plain(record: Row) -> bool:
    """The same for JSON's numbers."""
    get = record.get
    return (
        get("stage") == "Quote"
        and (amount := get("amount")) is not None
        and amount >= 1000
        and amount <= 500000
        and (chance := get("chance")) is not None
        and chance > 20
        and get("region") in ("East", "West")
        and get("signed") is True
        and get("team") == "Key"
        and bool(get("contact"))
        and (days := get("days")) is not None
        and days < 60
        and (discount := get("discount")) is not None
        and discount <= 15
        and get("segment") != "Test"
        and (not get("rival") or ((lines := get("lines")) is not None and lines > 3))
    )


_1000, _500000, _20, _60, _15, _3 = (Decimal(value) for value in (1000, 500000, 20, 60, 15, 3))
_REGIONS = ("East", "West")


def passing() -> Row:
    """A record for which all twelve hold, so that all twelve are looked at."""
    return {
        "stage": "Quote", "amount": Decimal("12000.50"), "chance": Decimal(60), "region": "West", "signed": True,
        "team": "Key", "contact": "Li", "days": Decimal(12), "discount": Decimal("7.50"), "segment": "School",
        "rival": None, "lines": Decimal(5),
    }  # fmt: skip


def rows(count: int = 2_000) -> list[Row]:
    """Records that pass or fail in every place; values missing here and there."""
    random = Random(7)  # noqa: S311 - nothing secret
    others: Row = {
        "stage": "Demo", "amount": Decimal(600000), "chance": Decimal(20), "region": "North", "signed": False,
        "team": "Field", "contact": "", "days": Decimal(60), "discount": Decimal("15.01"), "segment": "Test",
        "rival": "Other", "lines": Decimal(3),
    }  # fmt: skip
    found = [passing()]
    while len(found) < count:
        row = passing()
        for key in random.sample(sorted(row), random.choice([0, 1, 1, 2])):
            row[key] = random.choice([None, others[key]])
        found.append(row)
    return found


def plain(row: Row) -> Row:
    """The same record as other engines know it: JSON's numbers."""
    return {
        key: (int(value) if value == int(value) else float(value)) if isinstance(value, Decimal) else value
        for key, value in row.items()
    }


def plain_rows() -> list[Row]:
    """All records in that form."""
    return [plain(row) for row in rows()]


# ---- the engines ---------------------------------------------------------------------------------------------------


def contenders() -> tuple[dict[str, tuple[Ask, bool]], list[str]]:
    """Each engine's gate and whether it takes our values; and the engines that are not installed."""
    found: dict[str, tuple[Ask, bool]] = {
        "hand-made": (hand_made_plain, False),
        "ruleloom": (dsl.compile_condition(TEXT, "deal", MODEL), False),
        "hand-made, decimals": (hand_made, True),
        "ruleloom, decimals": (predicate(TEXT, "deal", MODEL), True),
    }
    missing = []
    for name, make in _PEERS.items():
        try:
            found[name] = (make(), False)
        except ImportError:
            missing.append(name)
    return found, missing


def _json_logic() -> Any:
    var = lambda key: {"var": key}  # noqa: E731
    given = lambda key: {"!=": [var(key), None]}  # noqa: E731
    return {
        "and": [
            {"==": [var("stage"), "Quote"]},
            given("amount"), {">=": [var("amount"), 1000]}, {"<=": [var("amount"), 500000]},
            given("chance"), {">": [var("chance"), 20]},
            {"in": [var("region"), ["East", "West"]]},
            {"==": [var("signed"), True]},
            {"==": [var("team"), "Key"]},
            {"!!": [var("contact")]},
            given("days"), {"<": [var("days"), 60]},
            given("discount"), {"<=": [var("discount"), 15]},
            {"!=": [var("segment"), "Test"]},
            {"or": [{"!": [var("rival")]}, {"and": [given("lines"), {">": [var("lines"), 3]}]}]},
        ]
    }  # fmt: skip


def _datalogic() -> Ask:
    from datalogic_py import Engine

    rule = Engine().compile(_json_logic())
    ask: Ask = rule.evaluate
    return ask


def _python_jsonlogic() -> Ask:
    from ruleloom.engine.jsonlogic import evaluate

    logic = _json_logic()
    return lambda row: evaluate(logic, row)


_WORDS = (
    'stage == "Quote" and amount != null and amount >= 1000 and amount <= 500000 and chance != null '
    "and chance > 20 "
    'and region in ["East", "West"] and signed == true and team == "Key" and contact != null and contact != "" '
    'and days != null and days < 60 and discount != null and discount <= 15 and segment != "Test" '
    'and (rival == null or rival == "" or (lines != null and lines > 3))'
)


def _zen() -> Ask:
    import zen

    rule = zen.compile_expression(_WORDS)
    ask: Ask = rule.evaluate
    return ask


def _cel() -> Ask:
    import cel

    rule = cel.compile(
        'stage == "Quote" && amount != null && amount >= 1000 && amount <= 500000 && chance != null '
        "&& chance > 20 "
        '&& region in ["East", "West"] && signed == true && team == "Key" && contact != null && contact != "" '
        '&& days != null && days < 60 && discount != null && discount <= 15 && segment != "Test" '
        '&& (rival == null || rival == "" || (lines != null && lines > 3))'
    )
    ask: Ask = rule.execute
    return ask


def _rule_engine() -> Ask:
    import rule_engine

    rule = rule_engine.Rule(_WORDS)
    ask: Ask = rule.matches
    return ask


_PEERS: dict[str, Callable[[], Ask]] = {
    "datalogic-py": _datalogic,
    "zen-engine": _zen,
    "common-expression-language": _cel,
    "rule-engine": _rule_engine,
    "python-jsonlogic": _python_jsonlogic,
}
