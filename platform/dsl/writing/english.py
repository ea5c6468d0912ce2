"""Plain English for a tree."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import ClassVar

from ruleloom.dsl import nodes as n
from ruleloom.dsl.kinds import kind_of
from ruleloom.dsl.types import Kind
from ruleloom.dsl.writing.canonical import plain_number
from ruleloom.dsl.writing.sentences import Sentences

_TIMES = (Kind.DATE, Kind.DATETIME)
_COMPARED = {
    "=": "is",
    "!=": "is not",
    "<": "is less than",
    "<=": "is at most",
    ">": "is more than",
    ">=": "is at least",
}
_COMPARED_TIMES = {**_COMPARED, "<": "is before", "<=": "is not after", ">": "is after", ">=": "is not before"}
_AGGREGATES = {
    "count": "the number of", "min": "the smallest", "max": "the largest",
    "distinct": "the number of different", "latest": "the latest", "earliest": "the earliest",
}  # fmt: skip
_MEASURES = {"sum": "the total", "avg": "the average"}
_BEHIND = {
    "floor": "rounded down", "ceil": "rounded up", "lower": "in small letters", "upper": "in capitals",
    "trim": "without spaces around it",
}  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


class EnglishSentences(Sentences):
    """The English writer."""

    language = "en"

    def number(self, value: Decimal) -> str:
        """`1,250,000`; years and other short numbers stay as they are."""
        return f"{value:,f}" if abs(value) >= 10_000 else plain_number(value)

    def boolean(self, value: bool) -> str:
        """yes or no."""
        return "yes" if value else "no"

    def quoted(self, text: str) -> str:
        """A text in quotes."""
        return f"“{text}”"

    def low(self, label: str) -> str:
        """A label inside a sentence: without its capital, unless it is an abbreviation."""
        return label[:1].lower() + label[1:] if label[1:2].islower() or len(label) == 1 else label

    # ---- values

    def path(self, node: n.Path) -> str:
        """`the owner's manager's name`"""
        labels = [self.low(self.field(each)) for each in node.fields]
        if node.root == "me":
            labels = ["the acting user", *labels]
        elif node.root == "this" and self.rows and labels:
            labels = ["this record", *labels]
        if not labels:
            return "this record"
        return "’s ".join(labels)

    def duration(self, node: n.Duration) -> str:
        """`30 days`"""
        word = node.unit.value.replace("_", " ")
        return f"{node.amount} {word[:-1] if node.amount == 1 else word}"

    def window(self, node: n.Window) -> str:
        """`in the last 30 days`"""
        if isinstance(node, n.Calendrical):
            return (
                "today"
                if node.unit == "day"
                else f"in {'the previous' if node.which == 'previous' else 'this'} {node.unit}"
            )
        length = self.duration(node.duration)
        return f"in the {node.side} {length.removeprefix('1 ')}"

    def arithmetic(self, node: n.Arithmetic) -> str:
        """`credit × 2`"""
        mark = {"*": "×", "/": "÷"}.get(node.operator, node.operator)
        return f"{self.operand(node.left, node)} {mark} {self.operand(node.right, node, right=True)}"

    def shift(self, node: n.Shift) -> str:
        """`14 days after today`"""
        return f"{self.duration(node.duration)} {'after' if node.sign > 0 else 'before'} {self.atom(node.base)}"

    def call(self, node: n.Call) -> str:
        """`the first of a, b that is not empty`"""
        arguments = list(node.arguments)
        if node.function == "if":
            otherwise = self.say(arguments[2]) if len(arguments) > 2 else "empty"
            return f"({self.say(arguments[1])} if {self.say(arguments[0])}, otherwise {otherwise})"
        if node.function == "coalesce":
            return f"the first of {self.listed(arguments)} that is not empty"
        if node.function == "round":
            return f"{self.atom(arguments[0])} rounded to {self._places(arguments[1:])}"
        if node.function in _BEHIND:
            return f"{self.atom(arguments[0])} {_BEHIND[node.function]}"
        names = {"min": "the smallest of", "max": "the largest of", "count": "the number of"}
        names["abs"] = "the absolute value of"
        return f"{names.get(node.function, f'the {node.function} of')} {self.listed(arguments)}"

    def _places(self, given: list[n.Node]) -> str:
        if not given:
            return "a whole number"
        places = self.say(given[0])
        return f"{places} decimal" if places == "1" else f"{places} decimals"

    def records(self, node: n.Collection) -> str:
        """`orders in the last 30 days where amount is more than 100`"""
        text = " of ".join(self.low(step) for step in reversed(self.steps(node)))
        text = text if node.hops else f"all {text}"
        window = f" {self.window(node.window)}" if node.window else ""
        where = f" for which {self.of_rows(node.where)}" if node.where else ""
        return text + window + where

    def aggregate(self, node: n.Aggregate) -> str:
        """`the total amount of orders in the last 90 days`"""
        if node.value is None:
            return f"{_AGGREGATES[node.function]} {self.records(node.collection)}"
        if node.function in _MEASURES:
            return f"{_MEASURES[node.function]} {self.path(node.value)} of {self.records(node.collection)}"
        return f"{_AGGREGATES[node.function]} {self.path(node.value)} among {self.records(node.collection)}"

    # ---- conditions

    def joined(self, node: n.And | n.Or) -> str:
        """`a and b`, `either a or b`"""
        items = [self.grouped(item) for item in node.items]
        return " and ".join(items) if isinstance(node, n.And) else "either " + " or ".join(items)

    def negated(self, node: n.Not) -> str:
        """`region is not one of …`"""
        if isinstance(node.item, n.IsEmpty):
            return f"{self.say(node.item.operand)} is filled in"
        if isinstance(node.item, n.OneOf):
            return f"{self.say(node.item.operand)} is none of {self.listed(node.item.options)}"
        if isinstance(node.item, n.Truth):
            return f"{self.say(node.item.operand)} is no (or empty)"
        if isinstance(node.item, n.Match):
            word = {"contains": "contain", "starts": "start with", "ends": "end with"}[node.item.operator]
            return f"{self.say(node.item.operand)} does not {word} {self.say(node.item.pattern)}"
        if isinstance(node.item, n.Has) and node.item.quantity == "any":
            return f"{self.say(node.item.operand)} has none of {self.listed(node.item.options)}"
        turned = None if self.blanks else self.turned(node.item)
        if turned is not None:
            return self.say(turned) + (" (or empty)" if self.may_be_empty(turned) else "")
        return f"it is not so that {self.say(node.item)}"

    def compare(self, node: n.Compare) -> str:
        """`score is at least 3`"""
        table = _COMPARED_TIMES if kind_of(node.left) in _TIMES else _COMPARED
        text = f"{self.say(node.left)} {table[node.operator]} {self.say(node.right)}"
        if not self.blanks:
            return text
        return f"{text} ({'also when empty' if node.operator == '!=' else 'not when empty'})"

    def match(self, node: n.Match) -> str:
        """`name contains …`"""
        word = {"contains": "contains", "starts": "starts with", "ends": "ends with"}[node.operator]
        return f"{self.say(node.operand)} {word} {self.say(node.pattern)}"

    def has(self, node: n.Has) -> str:
        """`tags has at least one of …`"""
        if len(node.options) == 1:
            return f"{self.say(node.operand)} has {self.say(node.options[0])}"
        quantity = "at least one" if node.quantity == "any" else "all"
        return f"{self.say(node.operand)} has {quantity} of {self.listed(node.options)}"

    def quantified(self, node: n.Quantified) -> str:
        """`there are no orders in the last 30 days`"""
        records, amount = self.records(node.collection), f"{node.quantity.replace('_', ' ')} {node.number}"
        if node.quantity == "any":
            return f"there are {records}"
        if node.quantity == "no":
            return f"there are no {records}"
        return f"there are {amount} {records}" if node.number != 1 else f"the number of {records} is {amount}"

    def last_all(self, node: n.LastAll) -> str:
        """`active is no in each of the last 2 records`"""
        self.rows += 1
        holds = self.grouped(node.condition)
        self.rows -= 1
        return f"{holds} in each of the last {node.number} {self.records(node.collection)}"

    def changes(self, node: n.Changes) -> str:
        """`stage changes from Demo to Quote`"""
        before = f" from {self.say(node.before)}" if node.before is not None else ""
        after = f" to {self.say(node.after)}" if node.after is not None else ""
        return f"{self.path(node.path)} changes{before}{after}"

    # ---- rules

    def actions(self, actions: tuple[n.Action, ...]) -> str:
        """Several actions."""
        return ", then ".join(self.say(action) for action in actions)

    def assigned(self, assignments: tuple[n.Assignment, ...]) -> str:
        """`code “X” and expires on 14 days after today`"""
        return ", ".join(f"{self.low(self.field(each.field))} to {self.say(each.value)}" for each in assignments)

    def task(self, node: n.AddTask) -> str:
        """A task for a person."""
        due = (
            "" if node.due is None else f", due {'in ' if isinstance(node.due, n.Duration) else ''}{self.say(node.due)}"
        )
        return f"give {self.say(node.user)} the task {self.template(node.text)}{due}"

    def operation(self, node: n.CallOperation) -> str:
        """A call of another system."""
        given = ", ".join(f"{each.name} = {self.say(each.value)}" for each in node.arguments)
        return f"call {self.quoted(node.operation)}" + (f" with {given}" if given else "")

    def choose(self, node: n.Choose) -> str:
        """If … otherwise …"""
        otherwise = f"; otherwise {self.actions(node.otherwise)}" if node.otherwise else ""
        return f"if {self.say(node.condition)}: {self.actions(node.then)}{otherwise}"

    def schedule(self, node: n.Schedule) -> str:
        """Every Friday at 17:00."""
        clock = node.at.strftime("%H:%M") if node.at else ""
        if node.unit == "hours":
            return f"Every {node.hours} hours" if node.hours > 1 else "Every hour"
        days = {
            "day": "day",
            "working_day": "working day",
            "weekday": _listed([_WEEKDAYS[day - 1] for day in node.weekdays]),
            "month": f"month on the {_listed([_ordinal(day) for day in node.days])}",
        }[node.unit]
        return f"Every {days} at {clock}"

    def limit(self, node: n.Limit) -> str:
        """At most once per 90 days."""
        if node.duration is None:
            return "only once for each record"
        times = "once" if node.number == 1 else f"{node.number} times"
        return f"at most {times} in {self.duration(node.duration)}"

    def rule(self, node: n.Rule) -> str:
        """The whole rule in one or two sentences."""
        entity = self.low(self.entity(node.entity))
        start = f"{self.schedule(node.schedule)}, for each {entity}" if node.schedule else f"For each {entity}"
        condition = f", when {self.say(node.condition)}" if node.condition else ""
        text = f"{start}{condition}: {self.actions(node.actions)}"
        text += f" ({self.limit(node.limit)})" if node.limit else ""
        return text + (f". When it ends: {self.actions(node.ending)}." if node.ending else ".")

    sayings: ClassVar[dict[type[n.Node], Callable[..., str]]] = {
        n.Constant: Sentences.constant,
        n.Empty: lambda s, node: "empty",  # noqa: ARG005
        n.Now: lambda s, node: "now",  # noqa: ARG005
        n.Today: lambda s, node: "today",  # noqa: ARG005
        n.Me: lambda s, node: "the acting user",  # noqa: ARG005
        n.Path: path,
        n.Previous: lambda s, node: f"{s.path(node.path)} before the change",
        n.Arithmetic: arithmetic,
        n.Negative: lambda s, node: f"minus {s.atom(node.operand)}",
        n.Shift: shift,
        n.Elapsed: lambda s, node: f"the {node.unit} {node.direction} {s.atom(node.operand)}",
        n.Call: call,
        n.Aggregate: aggregate,
        n.Collection: records,
        n.Duration: duration,
        n.Rolling: window,
        n.Calendrical: window,
        n.And: joined,
        n.Or: joined,
        n.Not: negated,
        n.Truth: lambda s, node: f"{s.say(node.operand)} is yes",
        n.Compare: compare,
        n.Between: lambda s, node: f"{s.say(node.operand)} is between {s.say(node.low)} and {s.say(node.high)}",
        n.OneOf: lambda s, node: f"{s.say(node.operand)} is one of {s.listed(node.options)}",
        n.Match: match,
        n.Has: has,
        n.IsEmpty: lambda s, node: f"{s.say(node.operand)} is empty",
        n.Within: lambda s, node: f"{s.say(node.operand)} is {s.window(node.window)}",
        n.OlderThan: lambda s, node: f"{s.say(node.operand)} is at least {s.duration(node.duration)} ago",
        n.Quantified: quantified,
        n.LastAll: last_all,
        n.Held: lambda s, node: f"{s.grouped(node.condition)} without a break for {s.duration(node.duration)}",
        n.RecordIs: lambda s, node: f"the record is {node.event}",  # noqa: ARG005
        n.Changes: changes,
        n.Trend: lambda s, node: f"{s.path(node.path)} {node.direction}",
        n.ChangesBy: lambda s, node: f"{s.path(node.path)} changes by more than {plain_number(node.fraction * 100)}%",
        n.Template: Sentences.template,
        n.Create: lambda s, node: f"create {s.low(s.entity(node.entity))} and set {s.assigned(node.assignments)}",
        n.SetFields: lambda s, node: f"set {s.assigned(node.assignments)}",
        n.Update: lambda s, node: f"in {s.records(node.collection)} set {s.assigned(node.assignments)}",
        n.Delete: lambda s, node: "delete this record",  # noqa: ARG005
        n.Notify: lambda s, node: f"tell {s.listed(node.recipients)} {s.template(node.text)}",
        n.Assign: lambda s, node: f"make {s.say(node.user)} the {s.low(s.field(node.field))}",
        n.StartApproval: lambda s, node: f"start the approval {s.quoted(node.name)}",
        n.CallOperation: operation,
        n.RunReport: lambda s, node: f"run the report {s.quoted(node.name)} for {s.say(node.subject)}",
        n.AddTask: task,
        n.Block: lambda s, node: f"refuse with {s.template(node.text)}",
        n.Warn: lambda s, node: f"warn with {s.template(node.text)}",
        n.Wait: lambda s, node: f"wait {s.duration(node.duration)}",
        n.WaitUntil: lambda s, node: f"wait at most {s.duration(node.duration)} until {s.say(node.condition)}",
        n.Choose: choose,
        n.Schedule: schedule,
        n.Limit: limit,
        n.Rule: rule,
    }
