"""Random rule sets and histories for comparing the engine with the reference: small, but of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ruleloom.dsl import nodes as n
from ruleloom.dsl.calendar import instant
from ruleloom.dsl.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, Kind, ValueType
from ruleloom.forms.schema_file import read_schema

ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Shanghai")
START = {
    "UTC": datetime(2026, 1, 27, 8, tzinfo=UTC),
    "Europe/London": datetime(2026, 3, 26, 8, tzinfo=UTC),
    "America/New_York": datetime(2026, 3, 5, 8, tzinfo=UTC),
    "Asia/Shanghai": datetime(2026, 9, 29, 8, tzinfo=UTC),
}


ENTITIES: list[dict[str, Any]] = [
    {
        "name": "customer",
        "fields": [
            {"name": "region", "type": "choice", "options": ["East", "West"]},
            {"name": "score", "type": "number"},
            {"name": "active", "type": "boolean"},
            {"name": "signed", "type": "date"},
            {"name": "seen", "type": "datetime"},
            {"name": "head", "type": "reference", "to": "customer", "reverse": "branches"},
        ],
    },
    {
        "name": "order",
        "time_field": "ordered_at",
        "fields": [
            {"name": "customer", "type": "reference", "to": "customer", "reverse": "orders"},
            {"name": "ordered_at", "type": "datetime"},
            {"name": "amount", "type": "number", "decimals": 1},
            {"name": "open", "type": "boolean"},
            {"name": "due", "type": "date"},
        ],
    },
    {
        "name": "part",
        "fields": [
            {
                "name": "order",
                "type": "reference",
                "to": "order",
                "reverse": "parts",
                "on_delete": "cascade",
            },
            {"name": "size", "type": "number"},
        ],
    },
]


def model_of(zone: str) -> Any:
    return read_schema({"timezone": zone, "entities": ENTITIES})


CHOICE = ValueType(Kind.CHOICE, field="customer.region")


def record(entity: str) -> ValueType:
    return ValueType(Kind.RECORD, entity=entity)


def own(field: str, type_: ValueType) -> n.Path:
    return n.Path("this", (field,), type_)


def of_row(field: str, type_: ValueType) -> n.Path:
    return n.Path("row", (field,), type_)


def number(value: int) -> n.Constant:
    return n.Constant(Decimal(value), NUMBER)


ORDERS = (n.Hop("order.customer", "back"),)
PARTS = (*ORDERS, n.Hop("part.order", "back"))
BRANCH_ORDERS = (n.Hop("customer.head", "back"), *ORDERS)
COMPARISONS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
durations = st.one_of(
    st.builds(n.Duration, st.integers(1, 4), st.just(n.Unit.DAYS)),
    st.builds(n.Duration, st.sampled_from([6, 24, 36]), st.just(n.Unit.HOURS)),
    st.sampled_from([n.Duration(1, n.Unit.MONTHS), n.Duration(2, n.Unit.WORKING_DAYS), n.Duration(1, n.Unit.WEEKS)]),
)
windows = st.one_of(
    st.builds(n.Rolling, st.sampled_from(["last", "last", "next"]), durations),
    st.builds(n.Calendrical, st.sampled_from(["this", "previous"]), st.sampled_from(["day", "week", "month"])),
)
numbers_ = st.integers(0, 4).map(number)


@st.composite
def moving_instants(draw: st.DrawFn) -> n.Expression:
    base: n.Expression = n.Now()
    for _ in range(draw(st.integers(0, 2))):
        base = n.Shift(base, draw(st.sampled_from([1, -1])), draw(durations))
    return base


@st.composite
def moving_days(draw: st.DrawFn) -> n.Expression:
    base: n.Expression = n.Today()
    days = st.builds(n.Duration, st.integers(1, 3), st.sampled_from([n.Unit.DAYS, n.Unit.WORKING_DAYS, n.Unit.MONTHS]))
    for _ in range(draw(st.integers(0, 1))):
        base = n.Shift(base, draw(st.sampled_from([1, -1])), draw(days))
    return base


instants = st.one_of(
    moving_instants(),
    st.just(own("customer.seen", DATETIME)),
    st.just(own("customer.created_at", DATETIME)),
    st.just(n.Path("this", ("customer.head", "customer.seen"), DATETIME)),
    st.just(n.Call("coalesce", (own("customer.seen", DATETIME), n.Now()), DATETIME)),
    st.just(
        n.Call(
            "max", (own("customer.created_at", DATETIME), n.Shift(n.Now(), -1, n.Duration(2, n.Unit.DAYS))), DATETIME
        )
    ),
    st.just(
        n.Aggregate("latest", n.Collection("this", ORDERS, "order"), of_row("order.ordered_at", DATETIME), DATETIME)
    ),
)
days = st.one_of(moving_days(), st.just(own("customer.signed", DATE)))


def elapsed(operand: n.Expression) -> st.SearchStrategy[n.Expression]:
    units = ["days"] if operand == own("customer.signed", DATE) else ["days", "hours"]
    return st.builds(n.Elapsed, st.sampled_from(units), st.sampled_from(["since", "until"]), st.just(operand))


@st.composite
def row_conditions(draw: st.DrawFn) -> n.Condition:
    found: n.Condition = draw(
        st.one_of(
            st.builds(n.Compare, COMPARISONS, st.just(of_row("order.amount", NUMBER)), numbers_),
            st.just(n.Truth(of_row("order.open", BOOLEAN))),
            st.builds(n.OlderThan, st.just(of_row("order.ordered_at", DATETIME)), durations),
            st.builds(n.Compare, COMPARISONS, st.just(of_row("order.due", DATE)), moving_days()),
            st.just(
                n.Compare("=", n.Path("row", ("order.customer", "customer.region"), CHOICE), n.Constant("East", CHOICE))
            ),
            st.builds(
                n.Compare,
                COMPARISONS,
                st.just(of_row("order.amount", NUMBER)),
                st.just(own("customer.score", NUMBER)),
            ),
            st.just(n.Quantified("any", 1, n.Collection("row", (n.Hop("part.order", "back"),), "part"))),
        )
    )
    return found


@st.composite
def collections(draw: st.DrawFn) -> n.Collection:
    hops = draw(st.sampled_from([ORDERS, ORDERS, ORDERS, BRANCH_ORDERS, ()]))
    where = draw(st.one_of(st.none(), st.none(), row_conditions()))
    return n.Collection("this", hops, "order", where, draw(st.one_of(st.none(), windows)))


@st.composite
def numbers_of(draw: st.DrawFn) -> n.Expression:
    function: Any = draw(st.sampled_from(["count", "sum", "avg", "min", "max", "distinct", "latest", "earliest"]))
    parts = n.Aggregate("sum", n.Collection("this", PARTS, "part"), of_row("part.size", NUMBER), NUMBER)
    value = None if function == "count" else of_row("order.amount", NUMBER)
    found: n.Expression = draw(
        st.one_of(
            st.just(own("customer.score", NUMBER)),
            st.builds(lambda c: n.Aggregate(function, c, value, NUMBER), collections()),
            st.just(parts),
            st.sampled_from([own("customer.signed", DATE), own("customer.seen", DATETIME)]).flatmap(elapsed),
            st.just(n.Call("day", (n.Shift(n.Now(), 1, n.Duration(6, n.Unit.HOURS)),), NUMBER)),
            st.just(
                n.Arithmetic(
                    "+", own("customer.score", NUMBER), n.Elapsed("days", "since", own("customer.seen", DATETIME))
                )
            ),
        )
    )
    return found


leaves = st.one_of(
    st.builds(
        n.Compare,
        st.sampled_from(["=", "!="]),
        st.just(own("customer.region", CHOICE)),
        st.just(n.Constant("East", CHOICE)),
    ),
    st.just(n.Truth(own("customer.active", BOOLEAN))),
    st.just(n.IsEmpty(own("customer.head", record("customer")))),
    st.builds(n.Compare, COMPARISONS, numbers_of(), numbers_),
    st.builds(n.Compare, COMPARISONS, instants, instants),
    st.builds(n.Compare, COMPARISONS, days, days),
    st.builds(n.Compare, COMPARISONS, days, instants),
    st.builds(n.Between, numbers_of(), numbers_, numbers_),
    st.builds(n.OlderThan, instants, durations),
    st.builds(n.Within, instants, windows),
    st.builds(n.OlderThan, days, st.just(n.Duration(2, n.Unit.DAYS))),
    st.builds(
        n.Within, days, st.builds(n.Rolling, st.sampled_from(["last", "next"]), st.just(n.Duration(3, n.Unit.DAYS)))
    ),
    st.builds(n.Quantified, st.sampled_from(["at_least", "at_most", "exactly"]), st.integers(1, 2), collections()),
    st.builds(lambda c: n.Quantified("no", 0, c), collections()),
    st.builds(lambda c: n.Quantified("any", 1, c), collections()),
    st.builds(n.LastAll, st.integers(1, 2), collections().filter(lambda c: bool(c.hops)), row_conditions()),
)


def joined(kind: type, items: list[n.Condition]) -> n.Condition:
    flat: list[n.Condition] = []
    for item in items:
        flat += item.items if isinstance(item, kind) else [item]  # type: ignore[attr-defined]
    result: n.Condition = kind(tuple(flat))
    return result


levels = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda items: joined(n.And, items)),
        st.lists(inner, min_size=2, max_size=2).map(lambda items: joined(n.Or, items)),
        st.builds(n.Not, inner),
        st.builds(n.Held, inner, durations),
    ),
    max_leaves=4,
)
SCORE = own("customer.score", NUMBER)
changes = st.one_of(
    st.builds(n.RecordIs, st.sampled_from(["created", "updated", "deleted"])),
    st.just(n.Changes(own("customer.region", CHOICE))),
    st.just(n.Changes(own("customer.region", CHOICE), None, n.Constant("East", CHOICE))),
    st.just(n.Changes(own("customer.head", record("customer")), None, n.Empty())),
    st.builds(n.Trend, st.just(SCORE), st.sampled_from(["rises", "falls"])),
    st.just(n.ChangesBy(SCORE, Decimal("0.5"))),
    st.builds(n.Compare, COMPARISONS, st.just(n.Previous(SCORE)), numbers_),
)
change_conditions = st.one_of(
    changes,
    st.tuples(changes, leaves).map(n.And),
    st.tuples(changes, leaves, durations).map(lambda three: n.And((three[0], n.Held(three[1], three[2])))),
    st.tuples(changes, leaves).map(n.Or),
)
TEXT_OF = n.Template(("no",))
THIS = n.Path("this", (), record("customer"))
actions = st.one_of(
    st.sampled_from([n.Delete(), n.Notify((THIS,), TEXT_OF)]),
    st.just(n.Notify((THIS,), TEXT_OF)),
    st.builds(lambda v: n.SetFields((n.Assignment("customer.score", v),)), numbers_),
    st.just(n.SetFields((n.Assignment("customer.score", n.Arithmetic("+", SCORE, number(1))),))),
    st.just(n.SetFields((n.Assignment("customer.seen", n.Now()),))),
    st.just(n.SetFields((n.Assignment("customer.region", n.Constant("West", CHOICE)),))),
    st.just(n.Create("order", (n.Assignment("order.customer", THIS), n.Assignment("order.ordered_at", n.Now())))),
    st.just(
        n.Update(
            n.Collection("this", ORDERS, "order", n.Truth(of_row("order.open", BOOLEAN))),
            (n.Assignment("order.open", n.Constant(False, BOOLEAN)),),
        )
    ),
)


@st.composite
def flows(draw: st.DrawFn, name: str) -> tuple[n.Action, ...]:
    """Actions with waits and choices between them; a choice may block where no wait stands before it."""
    steps: list[n.Action] = draw(st.lists(actions, max_size=1))
    kind = draw(st.sampled_from(["wait", "until", "if", "if"]))
    if kind == "wait":
        steps.append(n.Wait(draw(durations)))
    elif kind == "until":
        steps.append(n.WaitUntil(draw(durations), draw(leaves)))
    else:
        inner = st.one_of(actions, st.just(n.Block(n.Template((f"{name} says not so",)))), st.builds(n.Wait, durations))
        then = tuple(draw(st.lists(inner, min_size=1, max_size=2)))
        steps.append(n.Choose(draw(leaves), then, tuple(draw(st.lists(inner, max_size=1)))))
    return (*steps, draw(actions))


schedules = st.one_of(
    st.just(n.Schedule("day", time(1, 30))),
    st.just(n.Schedule("working_day", time(8, 30))),
    st.just(n.Schedule("weekday", time(2, 30), weekdays=(7, 5))),
    st.just(n.Schedule("month", time(17, 0), days=(1, 30, 31))),
    st.builds(lambda h: n.Schedule("hours", hours=h), st.sampled_from([4, 7])),
)
limits = st.one_of(st.none(), st.none(), st.just(n.Limit(1, None)), st.builds(n.Limit, st.integers(1, 2), durations))


@st.composite
def rules(draw: st.DrawFn, name: str) -> n.Rule:
    kind = draw(st.sampled_from(["level", "level", "level", "change", "schedule"]))
    condition: n.Condition | None = draw(change_conditions if kind == "change" else levels)
    schedule = draw(schedules) if kind == "schedule" else None
    done: tuple[n.Action, ...] = tuple(draw(st.lists(actions, min_size=1, max_size=2)))
    if kind != "schedule" and draw(st.integers(0, 5)) == 0:
        done = (n.Block(n.Template((f"{name} says no",))),)
    elif kind != "change" and draw(st.integers(0, 3)) == 0:
        done = draw(flows(name))
    if condition == n.RecordIs("deleted") or (
        kind == "change" and any(isinstance(a, n.SetFields | n.Create) for a in done)
    ):
        done = (
            done
            if kind != "change"
            else tuple(a for a in done if isinstance(a, n.Notify | n.Block)) or (n.Notify((THIS,), TEXT_OF),)
        )
    ending = tuple(draw(st.lists(actions, max_size=1))) if kind == "level" else ()
    if ending and draw(st.integers(0, 3)) == 0:
        ending = (n.Wait(draw(durations)), *ending)
    return n.Rule(name, "customer", condition, done, ending, schedule, draw(limits), draw(st.integers(0, 1)))


IDS = {"customer": ["c1", "c2", "c3"], "order": ["o1", "o2", "o3", "o4"], "part": ["p1", "p2"]}


@st.composite
def histories(draw: st.DrawFn, chunks: bool = False) -> tuple[str, list[n.Rule], list[Any], int]:
    """Zone, rules, events (at, operation, entity, id, values), until; of a `bulk` the values are those of each id.

    `chunks`: some writes are of several new and known records; of these the values are (operation, entity, id, values).
    """
    zone = draw(st.sampled_from(ZONES))
    start = START[zone]
    at = start
    events: list[Any] = []
    for entity, first in (("customer", "c1"), ("customer", "c2"), ("order", "o1")):
        events.append((instant(at), "create", entity, first, draw(values_of(entity, at, "create"))))
    for _ in range(draw(st.integers(2, 12))):
        at += draw(
            st.sampled_from(
                [timedelta(0), timedelta(hours=1), timedelta(hours=7), timedelta(days=1), timedelta(days=3)]
            )
        )
        if chunks and draw(st.integers(0, 2)) == 0:
            events.append((instant(at), "chunk", "customer", "", draw(chunks_of(at))))
            continue
        entity = draw(st.sampled_from(["customer", "order", "order", "part"]))
        known = draw(st.booleans())
        made_already = sorted({event[3] for event in events if event[2] == entity and event[3]})
        free = [one for one in IDS[entity] if one not in made_already]
        operation = draw(st.sampled_from(["create", "create", "update", "update", "update", "delete"]))
        if entity == "part" and not made_already:
            operation = "create"
        ids = (free if operation == "create" else made_already) if known else IDS[entity]
        if operation == "update" and entity != "part" and draw(st.integers(0, 3)) == 0:
            several = draw(st.lists(st.sampled_from(ids or IDS[entity]), min_size=1, max_size=3, unique=True))
            each = {one: draw(values_of(entity, at, operation)) for one in several}
            events.append((instant(at), "bulk", entity, several[0], each))
            continue
        values = {} if operation == "delete" else draw(values_of(entity, at, operation))
        events.append((instant(at), operation, entity, draw(st.sampled_from(ids or IDS[entity])), values))
    made = [draw(rules(name)) for name in ("A", "B", "C")[: draw(st.integers(1, 3))]]
    return zone, made, events, instant(at + timedelta(days=draw(st.sampled_from([0, 5, 9]))))


@st.composite
def chunks_of(draw: st.DrawFn, at: datetime) -> list[Any]:
    """Records that are made or changed at once, each in one part."""
    places = [(entity, one) for entity, ids in IDS.items() for one in ids]
    some = draw(st.lists(st.sampled_from(places), min_size=2, max_size=4, unique=True))
    operations = [draw(st.sampled_from(["create", "create", "update"])) for _ in some]
    parts = zip(operations, some, strict=True)
    return [(op, entity, one, draw(values_of(entity, at, op))) for op, (entity, one) in parts]


@st.composite
def values_of(draw: st.DrawFn, entity: str, at: datetime, operation: str) -> dict[str, Any]:
    near = st.sampled_from([-72, -24, -1, 0, 5, 48]).map(lambda hours: instant(at + timedelta(hours=hours)))
    day = st.integers(-3, 3).map(lambda d: (at + timedelta(days=d)).date().toordinal() - 719163)
    choices: dict[str, st.SearchStrategy[Any]] = {
        "customer": st.fixed_dictionaries(
            {},
            optional={
                "region": st.sampled_from(["East", "West", None]),
                "score": st.one_of(st.none(), st.integers(0, 4).map(Decimal)),
                "active": st.sampled_from([True, False, None]),
                "signed": st.one_of(st.none(), day),
                "seen": st.one_of(st.none(), near),
                **({"head": st.sampled_from(["c1", "c2", None])} if operation == "update" else {}),
            },
        ),
        "order": st.fixed_dictionaries(
            {"customer": st.sampled_from(["c1", "c1", "c2"])} if operation == "create" else {},
            optional={
                **({} if operation == "create" else {"customer": st.sampled_from(["c1", "c2", None])}),
                "ordered_at": st.one_of(near, near, st.none()),
                "amount": st.one_of(st.none(), st.integers(0, 40).map(lambda v: Decimal(v) / 10)),
                "open": st.sampled_from([True, False]),
                "due": st.one_of(st.none(), day),
            },
        ),
        "part": st.fixed_dictionaries(
            {"order": st.sampled_from(["o1", "o2"])}, optional={"size": st.integers(0, 4).map(Decimal)}
        ),
    }
    found: dict[str, Any] = draw(choices[entity])
    return found


__all__ = ["TEXT", "histories", "model_of"]
