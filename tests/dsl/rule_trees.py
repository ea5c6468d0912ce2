"""Random whole rules: occasions, actions with texts, limits, endings, priorities."""

from __future__ import annotations

from datetime import time

from hypothesis import strategies as st

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import TEXT, Kind
from ruleloom.forms.entity import Entity, Model

from .trees import TEXTS, Trees

_NAMES = TEXTS.filter(lambda name: bool(name.strip()))
_PLAIN = st.sampled_from(["", " days", "{x}", 'said "no"', "中文，全角", "line\nbreak", "\\", "100%"])


class RuleTrees:
    """Strategies of rules about one entity's records."""

    def __init__(self, model: Model, entity: Entity) -> None:
        self.model, self.entity = model, entity
        self.trees = Trees(model, entity, depth=1)
        self.own = {field.key: field for field in entity.fields if not field.system}

    def people(self) -> st.SearchStrategy[n.Expression]:
        owner = self.own["owner"]
        return st.sampled_from([n.Me(), n.Path("this", (owner.id,), owner.value_type)])

    def templates(self) -> st.SearchStrategy[n.Template]:
        """Literal parts never stand side by side, as the reader makes them."""
        values = st.one_of(self.trees.numbers(1), self.trees.paths(Kind.TEXT, Kind.DATE, Kind.BOOLEAN))
        parts = st.lists(st.one_of(_PLAIN.filter(bool), values), min_size=1, max_size=4)
        return parts.map(lambda found: n.Template(tuple(_joined(found))))

    def assignments(self) -> st.SearchStrategy[tuple[n.Assignment, ...]]:
        text, number = self.own["flag"], self.own["score"]
        texts = st.one_of(
            TEXTS.filter(lambda value: "{" not in value).map(lambda value: n.Constant(value, TEXT)),
            st.just(n.Empty()),
            self.templates().filter(lambda template: any(not isinstance(part, str) for part in template.parts)),
        )
        one = st.builds(n.Assignment, st.just(text.id), texts)
        other = st.builds(n.Assignment, st.just(number.id), self.trees.numbers(1))
        return st.one_of(one.map(lambda a: (a,)), other.map(lambda a: (a,)), st.tuples(one, other))

    def creations(self) -> st.SearchStrategy[n.Action]:
        coupon = self.model.by_key["coupon"]
        customer, expires = coupon.by_key["customer"], coupon.by_key["expires_on"]
        this = n.Path("this", (), customer.value_type)
        due = st.builds(n.Shift, st.just(n.Today()), st.just(1), self.trees.durations(small=False))
        return due.map(
            lambda day: n.Create(coupon.id, (n.Assignment(customer.id, this), n.Assignment(expires.id, day)))
        )

    def updates(self) -> st.SearchStrategy[n.Action]:
        order = self.model.by_key["order"]
        row = Trees(self.model, self.entity, order, 0)
        value = row.numbers(0).map(lambda number: (n.Assignment(order.by_key["amount"].id, number),))
        found = self.trees.collections(1).filter(lambda each: each.entity == order.id)
        return st.builds(n.Update, found, value)

    def actions(self, depth: int = 1) -> st.SearchStrategy[tuple[n.Action, ...]]:
        people, texts, span = self.people(), self.templates(), self.trees.durations()
        argument = st.builds(n.Argument, st.sampled_from(["code", "total", "a_1"]), self.trees.numbers(0))
        found: list[st.SearchStrategy[n.Action]] = [
            self.creations(),
            self.updates(),
            st.builds(n.SetFields, self.assignments()),
            st.just(n.Delete()),
            st.builds(n.Notify, st.lists(people, min_size=1, max_size=2).map(tuple), texts),
            st.builds(n.Assign, st.just(self.own["owner"].id), people),
            st.builds(n.StartApproval, _NAMES),
            st.builds(n.CallOperation, _NAMES, st.lists(argument, max_size=2).map(tuple)),
            st.builds(n.RunReport, _NAMES, people),
            st.builds(n.AddTask, texts, people, st.none() | span),
            st.builds(n.Block, texts),
            st.builds(n.Warn, texts),
            st.builds(n.Wait, span),
            st.builds(n.WaitUntil, span, self.trees.conditions(0)),
        ]
        if depth > 0:
            inner = self.actions(depth - 1)
            found.append(st.builds(n.Choose, self.trees.conditions(0), inner, st.just(()) | inner))
        return st.lists(st.one_of(found), min_size=1, max_size=3).map(tuple)

    def schedules(self) -> st.SearchStrategy[n.Schedule]:
        at = st.builds(time, st.integers(0, 23), st.integers(0, 59))
        weekdays = st.sets(st.integers(1, 7), min_size=1, max_size=3).map(lambda days: tuple(sorted(days)))
        days = st.sets(st.integers(1, 31), min_size=1, max_size=3).map(lambda days: tuple(sorted(days)))
        return st.one_of(
            st.builds(n.Schedule, st.sampled_from(["day", "working_day"]), at),
            st.builds(lambda at, days: n.Schedule("weekday", at, weekdays=days), at, weekdays),
            st.builds(lambda at, days: n.Schedule("month", at, days=days), at, days),
            st.integers(1, 48).map(lambda hours: n.Schedule("hours", hours=hours)),
        )

    def limits(self) -> st.SearchStrategy[n.Limit | None]:
        counted = st.builds(n.Limit, st.integers(1, 9), self.trees.durations())
        return st.one_of(st.none(), st.just(n.Limit(1, None)), counted)

    def rules(self) -> st.SearchStrategy[n.Rule]:
        """Level rules with and without an end, change rules, and rules at fixed times."""
        actions = self.actions()
        level = self.trees.conditions(1)
        common = {"limit": self.limits(), "priority": st.integers(0, 9), "actions": actions}
        entity = st.just(self.entity.id)
        return st.one_of(
            st.builds(n.Rule, _NAMES, entity, level, ending=st.just(()) | actions, **common),
            st.builds(n.Rule, _NAMES, entity, self.trees.conditions(1, change=True), **common),
            st.builds(n.Rule, _NAMES, entity, st.none() | level, schedule=self.schedules(), **common),
        )


def _joined(parts: list[str | n.Expression]) -> list[str | n.Expression]:
    found: list[str | n.Expression] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        else:
            found.append(part)
    return found
