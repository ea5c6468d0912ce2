"""The earliest instant after now at which time alone could flip a condition: conservative, never late.

A condition becomes a *clock*: a function of the situation that answers with the truth and that instant (None: never).
Parts that stand still are compiled as they are; `and` that is false waits for the last of its false parts only, so
that a record that is out of the question for other reasons is never looked at again because of the calendar.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, Protocol

from ruleloom.dsl import nodes as n
from ruleloom.dsl import shifts
from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.kinds import kind_of, midnight_side
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import children, externals_of, held_of, is_external, is_timed, walk
from ruleloom.dsl.types import Kind
from ruleloom.engine.flow import Counting, Flow, MovingDay, MovingInstant, earliest
from ruleloom.engine.store import Goal

Ticking = tuple[bool, int | None]
"""The truth, and when it may flip."""
Clock = Callable[["Situated"], Ticking]
Shape = tuple[Any, int | None, Flow | None]
"""A value, until when it is that value or moves like this, and how it moves."""
Shaper = Callable[["Situated"], Shape]


class Situated(Protocol):
    """What a clock needs of a situation."""

    moment: Moment

    facts: list[Any]
    """The fact of each external."""
    untils: list[int | None]
    """Until when the fact of each external stands."""

    def held(self, ordinal: int) -> Ticking:
        """The truth of the rule's `C for D` of that ordinal, and when it may flip."""
        ...


class Compiler(Protocol):
    """Turns trees into functions of a situation."""

    ordinals: dict[n.Node, int]
    """The place of each external among the facts."""

    def truth(self, condition: n.Condition) -> Callable[[Any], bool]:
        """The truth of a condition without `C for D`."""
        ...

    def value(self, expression: n.Expression) -> Callable[[Any], Any]:
        """The value of an expression."""
        ...


_COMPARED = (n.Compare, n.Between, n.OneOf)


def stands_still(node: n.Node) -> bool:
    """Whether time alone can never change it."""
    return not is_timed(node) and not held_of(node)


class ClockMaker:
    """Makes the clocks of one rule. `helds` are its `C for D`, inner ones first; their order is their ordinal."""

    def __init__(self, compiler: Compiler, helds: tuple[n.Held, ...], calendar: Calendar) -> None:
        self.compiler = compiler
        self.helds = helds
        self.calendar = calendar

    # ---- conditions -----------------------------------------------------------------------------------------------

    def clock(self, condition: n.Condition) -> Clock:
        """The clock of any condition."""
        if isinstance(condition, n.Held):
            ordinal = self.helds.index(condition)
            return lambda s: s.held(ordinal)
        if stands_still(condition):
            still = self.compiler.truth(condition)
            return lambda s: (still(s), None)
        if isinstance(condition, n.And | n.Or):
            return self._joined(condition)
        if isinstance(condition, n.Not):
            inner = self.clock(condition.item)
            return lambda s: _negated(inner(s))
        return self._leaf(condition)

    def _joined(self, condition: n.And | n.Or) -> Clock:
        deciding = isinstance(condition, n.Or)
        clocks = [self.clock(item) for item in sorted(condition.items, key=_cost)]

        def clock(s: Situated) -> Ticking:
            decided: list[int | None] = []
            others: list[int | None] = []
            for item in clocks:
                truth, until = item(s)
                if truth is deciding:
                    if until is None:
                        return deciding, None
                    decided.append(until)
                else:
                    others.append(until)
            if decided:
                return deciding, max(until for until in decided if until is not None)
            return not deciding, earliest(*others)

        return clock

    def _leaf(self, condition: n.Condition) -> Clock:
        if isinstance(condition, n.Quantified | n.LastAll):
            place = self.compiler.ordinals[condition]
            return lambda s: (bool(s.facts[place]), s.untils[place])
        truth, until = self.compiler.truth(condition), self._leaf_until(condition)
        return lambda s: (truth(s), until(s))

    def _leaf_until(self, condition: n.Condition) -> Callable[[Situated], int | None]:
        if isinstance(condition, n.Within | n.OlderThan):
            return self._windowed(condition)
        if not _flows(condition):
            return self._facts_until(condition)
        if isinstance(condition, _COMPARED):
            return self._compared(condition)
        shapes = [self.shape(part) for part in _expressions_of(condition)]
        return lambda s: earliest(*(frozen_until(shape(s)) for shape in shapes))

    def _facts_until(self, condition: n.Condition) -> Callable[[Situated], int | None]:
        """Nothing of the condition moves but the facts that it reads."""
        places = [self.compiler.ordinals[each] for each in externals_of(condition) if is_timed(each)]
        if len(places) == 1:
            place = places[0]
            return lambda s: s.untils[place]
        return lambda s: earliest(*(s.untils[place] for place in places))

    def _compared(self, condition: n.Compare | n.Between | n.OneOf) -> Callable[[Situated], int | None]:
        first, *others = (part for part in _expressions_of(condition) if isinstance(part, n.Expression))
        sides = [midnight_side(first, other)[:2] for other in others]
        pairs = [(self.shape(left), kind_of(left), self.shape(right), kind_of(right)) for left, right in sides]
        calendar = self.calendar
        return lambda s: earliest(*(crossing(left(s), lk, right(s), rk, calendar) for left, lk, right, rk in pairs))

    def _windowed(self, condition: n.Within | n.OlderThan) -> Callable[[Situated], int | None]:
        shape, kind = self.shape(condition.operand), kind_of(condition.operand)

        def until(s: Situated) -> int | None:
            value, end, flow = shape(s)
            if value is None:
                return end
            if isinstance(flow, MovingInstant | MovingDay):
                return _moving_window_until(condition, (value, end, flow), s.moment)
            return earliest(end, *_ends(condition, value, kind, s.moment))

        return until

    # ---- values ---------------------------------------------------------------------------------------------------

    def shape(self, expression: n.Node) -> Shaper:
        """How the value of an expression moves."""
        if isinstance(expression, n.Condition):
            clock = self.clock(expression)
            return lambda s: (*clock(s), None)
        assert isinstance(expression, n.Expression)  # noqa: S101 - arguments of calls are one or the other
        if stands_still(expression):
            still = self.compiler.value(expression)
            return lambda s: (still(s), None, None)
        if isinstance(expression, n.Aggregate):
            value, place = self.compiler.value(expression), self.compiler.ordinals[expression]
            return lambda s: (value(s), s.untils[place], None)
        if isinstance(expression, n.Now | n.Today | n.Shift):
            return self._moved(expression)
        if isinstance(expression, n.Elapsed):
            return self._elapsed(expression)
        if isinstance(expression, n.Call) and expression.function in ("coalesce", "if", "min", "max"):
            return self._chosen(expression)
        return self._computed(expression)

    def _computed(self, expression: n.Expression) -> Shaper:
        value = self.compiler.value(expression)
        shapes = [self.shape(part) for part in _expressions_of(expression)]
        return lambda s: (value(s), earliest(*(frozen_until(shape(s)) for shape in shapes)), None)

    def _moved(self, expression: n.Now | n.Today | n.Shift) -> Shaper:
        steps: list[tuple[n.Duration, int]] = []
        base: n.Expression = expression
        while isinstance(base, n.Shift):
            steps.insert(0, (base.duration, base.sign))
            base = base.base
        value, chain, calendar = self.compiler.value(expression), tuple(steps), self.calendar
        if isinstance(base, n.Now):
            return lambda s: (value(s), None, MovingInstant(s.moment.now, calendar, chain))
        if isinstance(base, n.Today):
            return lambda s: (value(s), None, MovingDay(s.moment.now, calendar, chain))
        inner = self.shape(base)

        def shaped(s: Situated) -> Shape:
            _, until, flow = inner(s)
            if isinstance(flow, MovingInstant | MovingDay):
                return value(s), until, type(flow)(flow.now, calendar, (*flow.steps, *chain))
            return value(s), until, None

        return shaped

    def _elapsed(self, expression: n.Elapsed) -> Shaper:
        value, inner = self.compiler.value(expression), self.shape(expression.operand)
        of_date, since, calendar = (
            kind_of(expression.operand) is Kind.DATE,
            expression.direction == "since",
            self.calendar,
        )

        def shaped(s: Situated) -> Shape:
            base, until, flow = inner(s)
            if base is None:
                return None, until, None
            if flow is not None:
                return value(s), earliest(until, flow.bends()), None
            return value(s), until, Counting(s.moment.now, calendar, base, expression.unit, since, of_date)

        return shaped

    def _chosen(self, call: n.Call) -> Shaper:
        shapes = [self.shape(argument) for argument in call.arguments]
        if call.function == "coalesce":
            return lambda s: _first_present(shapes, s)
        if call.function == "if":
            return lambda s: _branch(shapes, s)
        pick = min if call.function == "min" else max
        kinds = [kind_of(argument) for argument in call.arguments if isinstance(argument, n.Expression)]
        calendar = self.calendar

        def shaped(s: Situated) -> Shape:
            found = [shape(s) for shape in shapes]
            if any(value is None for value, _, _ in found):
                return None, earliest(*(until for _, until, _ in found)), None
            value, until, flow = pick(found, key=lambda shape: shape[0])
            pairs = (crossing((value, until, flow), kinds[0], other, kinds[0], calendar) for other in found)
            return value, earliest(until, *pairs), flow

        return shaped


def _flows(node: n.Node) -> bool:
    """Whether time moves more of it than the facts that it reads."""
    if is_external(node):
        return False
    return isinstance(node, _FLOWING) or bool(held_of(node)) or any(_flows(part) for part in children(node))


def goals_of(condition: n.Condition) -> dict[n.Node, Goal]:
    """Of each aggregate with which nothing is done but comparing it once with a constant: that comparison."""
    uses = Counter(node for node in walk(condition) if is_external(node))
    found: dict[n.Node, Goal] = {}
    for node in walk(condition):
        if isinstance(node, n.Compare):
            left, operator, right = node.left, node.operator, node.right
            if isinstance(left, n.Constant):
                left, operator, right = right, _MIRRORED.get(operator, operator), left
            if not isinstance(left, n.Aggregate) or not isinstance(right, n.Constant) or uses[left] > 1:
                continue
            if isinstance(right.value, Decimal):
                found[left] = Goal(operator, right.value)
    return found


_MIRRORED: Mapping[str, Any] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_FLOWING = (n.Now, n.Today, n.Within, n.OlderThan, n.Elapsed)


# ---- pieces ------------------------------------------------------------------------------------------------------


def _negated(ticking: Ticking) -> Ticking:
    return not ticking[0], ticking[1]


def _cost(condition: n.Condition) -> int:
    return 0 if stands_still(condition) else 1


def _expressions_of(node: n.Node) -> list[n.Node]:
    """The values directly inside a condition or an expression."""
    return [part for part in children(node) if isinstance(part, n.Expression | n.Condition)]


def frozen_until(shape: Shape) -> int | None:
    """Until when a value stands when it is used for more than a comparison."""
    _, until, flow = shape
    if flow is None:
        return until
    if isinstance(flow, MovingInstant):
        calendar, value = flow.calendar, flow.value(flow.now)
        return earliest(until, flow.bends(), flow.reaches(calendar.midnight(calendar.day_of(value) + 1)))
    return earliest(until, flow.bends())


def crossing(left: Shape, left_kind: Kind, right: Shape, right_kind: Kind, calendar: Calendar) -> int | None:
    """When the order of two values may change by time alone."""
    ends = earliest(left[1], right[1])
    if left[0] is None or right[0] is None or (left[2] is None and right[2] is None):
        return ends
    if isinstance(left[2], MovingInstant) and isinstance(right[2], MovingInstant):
        return earliest(ends, left[2].bends(), right[2].bends())
    if left[2] is not None and right[2] is not None:
        # at least one of them moves in steps: between two steps it stands still
        if isinstance(left[2], MovingInstant):
            right = (right[0], right[2].bends(), None)
        else:
            left = (left[0], left[2].bends(), None)
        return earliest(ends, crossing(left, left_kind, right, right_kind, calendar))
    if left[2] is None:
        left, left_kind, right, right_kind = right, right_kind, left, left_kind
    flow = left[2]
    assert flow is not None  # noqa: S101 - one of the two moves
    return earliest(ends, *(flow.reaches(goal) for goal in _goals(left_kind, right[0], right_kind, calendar)))


def _goals(flow_kind: Kind, target: Any, target_kind: Kind, calendar: Calendar) -> tuple[Any, ...]:
    """The target in the terms of what moves: days against instants are compared by local midnight."""
    if flow_kind is Kind.DATE and target_kind is Kind.DATETIME:
        day = calendar.day_of(target)
        return (day, day + 1)
    if flow_kind is Kind.DATETIME and target_kind is Kind.DATE:
        return (calendar.midnight(target),)
    return (target,)


def _first_present(shapes: list[Shaper], s: Situated) -> Shape:
    ends: list[int | None] = []
    for shape in shapes:
        value, until, flow = shape(s)
        ends.append(until)
        if value is not None:
            return value, earliest(*ends), flow
    return None, earliest(*ends), None


def _branch(shapes: list[Shaper], s: Situated) -> Shape:
    truth, end, _ = shapes[0](s)
    chosen = shapes[1] if truth else (shapes[2] if len(shapes) > 2 else None)
    if chosen is None:
        return None, end, None
    value, until, flow = chosen(s)
    return value, earliest(end, until), flow


def _ends(condition: n.Within | n.OlderThan, value: int, kind: Kind, moment: Moment) -> list[int]:
    """The instants later than now at which a value enters or leaves a window."""
    if isinstance(condition, n.Within) and isinstance(condition.window, n.Calendrical):
        return _later(_period_ends(condition.window, value, kind, moment), Kind.DATE, moment)
    duration = condition.duration if isinstance(condition, n.OlderThan) else condition.window.duration  # type: ignore[union-attr]
    sign = -1 if isinstance(condition, n.Within) and condition.window.side == "next" else 1  # type: ignore[union-attr]
    move = shifts.shift_day if kind is Kind.DATE else shifts.shift_instant
    moved = move(moment.calendar, value, duration, sign)
    return _later([moved] if isinstance(condition, n.OlderThan) else [value, moved], kind, moment)


def _moving_window_until(condition: n.Within | n.OlderThan, shape: Shape, moment: Moment) -> int | None:
    """A moving value against a window that moves too: only where one of them leaves the other's step."""
    _, end, flow = shape
    assert isinstance(flow, MovingInstant | MovingDay)  # noqa: S101 - the caller has looked
    window = condition.window if isinstance(condition, n.Within) else None
    if isinstance(window, n.Calendrical):
        return earliest(frozen_until(shape), moment.midnight(moment.today + 1))
    duration = condition.duration if isinstance(condition, n.OlderThan) else window.duration  # type: ignore[union-attr]
    sign = -1 if window is not None and window.side == "next" else 1
    moved = type(flow)(flow.now, flow.calendar, (*flow.steps, (duration, sign)))
    return earliest(end, flow.bends(), moved.bends())


def _later(ends: list[int], kind: Kind, moment: Moment) -> list[int]:
    instants = (
        [moment.midnight(day) for day in ends if shifts.MIN_DAY < day < shifts.MAX_DAY] if kind is Kind.DATE else ends
    )
    return [instant for instant in instants if moment.now < instant <= shifts.MAX_INSTANT]


def _period_ends(window: n.Calendrical, value: int, kind: Kind, moment: Moment) -> list[int]:
    day = value if kind is Kind.DATE else moment.day_of(value)
    this = n.Calendrical("this", window.unit)
    start, end = period_of(day, this, moment.calendar)
    return [start, end] if window.which == "this" else [end, period_of(end, this, moment.calendar)[1]]


def period_of(day: int, window: n.Calendrical, calendar: Calendar) -> tuple[int, int]:
    """The calendar period (first day, day after) that a window means on a day."""
    return Moment(calendar.midnight(day), calendar).period(window, Kind.DATE)
