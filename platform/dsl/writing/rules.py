"""Whole rules as canonical text, line by line, with their comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ruleloom.dsl import nodes as n
from ruleloom.dsl.writing.canonical import AND, OR, Writer, quoted_name, quoted_text


def parts_of(rule: n.Rule) -> list[n.Node]:
    """The parts of a rule that stand on lines of their own, in canonical order; comments are tied to them."""
    parts: list[n.Node] = [rule]
    parts.extend([] if rule.schedule is None else [rule.schedule])
    parts.extend(condition_lines(rule.condition))
    parts.extend(_each(rule.actions))
    parts.extend(_each(rule.ending))
    parts.extend([] if rule.limit is None else [rule.limit])
    return parts


def condition_lines(condition: n.Condition | None) -> list[n.Node]:
    """The parts of a condition that get lines of their own."""
    if condition is None:
        return []
    return list(condition.items) if isinstance(condition, n.And | n.Or) else [condition]


def _each(actions: tuple[n.Action, ...]) -> list[n.Node]:
    found: list[n.Node] = []
    for action in actions:
        found.append(action)
        if isinstance(action, n.Choose):
            found.extend([*_each(action.then), *_each(action.otherwise)])
    return found


class _Lines:
    """Lines of a rule; comments stand before or behind the lines of their parts."""

    def __init__(self, rule: n.Rule) -> None:
        self.comments = rule.comments
        self.ordinal = 0
        self.lines: list[str] = []

    def part(self, prefix: str, text: str) -> None:
        """The line of the next part of the rule."""
        indent = " " * (len(prefix) - len(prefix.lstrip()))
        self.lines.extend(
            f"{indent}# {comment.text}".rstrip()
            for comment in self.comments
            if comment.before == self.ordinal and not comment.trailing
        )
        behind = [comment.text for comment in self.comments if comment.before == self.ordinal and comment.trailing]
        self.lines.append(prefix + text + (f"  # {' '.join(behind)}" if behind else ""))
        self.ordinal += 1

    def rest(self) -> None:
        """Comments behind the last part."""
        self.lines.extend(f"# {comment.text}".rstrip() for comment in self.comments if comment.before >= self.ordinal)


def rule_text(w: Writer, rule: n.Rule) -> str:
    """The text of a rule."""
    lines = _Lines(rule)
    lines.part("", f"{w.word('RULE')} {quoted_text(rule.name)} {w.word('ON')} {w.entity(rule.entity)}")
    if rule.schedule is not None:
        lines.part("", schedule_text(w, rule.schedule))
    _condition(w, lines, rule.condition)
    _actions(w, lines, w.word("THEN"), rule.actions)
    if rule.ending:
        _actions(w, lines, w.word("WHEN_ENDS"), rule.ending)
    if rule.limit is not None:
        lines.part("", limit_text(w, rule.limit))
    if rule.priority:
        lines.lines.append(f"{w.word('PRIORITY')} {rule.priority}")
    lines.rest()
    return "\n".join(lines.lines)


def _condition(w: Writer, lines: _Lines, condition: n.Condition | None) -> None:
    if condition is None:
        return
    when = w.word("WHEN") + " "
    if not isinstance(condition, n.And | n.Or):
        lines.part(when, w.text(condition))
        return
    token, level = ("AND", AND) if isinstance(condition, n.And) else ("OR", OR)
    for position, item in enumerate(condition.items):
        lines.part(when if position == 0 else f" {w.word(token)} ", w.text(item, level + 1))


def _actions(w: Writer, lines: _Lines, word: str, actions: tuple[n.Action, ...], indent: str = "") -> None:
    width = sum(2 if ord(letter) > 0x2E80 else 1 for letter in word) + 1
    for position, action in enumerate(actions):
        prefix = f"{indent}{word} " if position == 0 else indent + " " * width
        if isinstance(action, n.Choose):
            _choose(w, lines, prefix, indent + " " * width, action)
        else:
            lines.part(prefix, action_text(w, action))


def _choose(w: Writer, lines: _Lines, prefix: str, indent: str, action: n.Choose) -> None:
    lines.part(prefix, f"{w.word('IF', 'if')} {w.text(action.condition)} (")
    _nested(w, lines, indent, action.then)
    if action.otherwise:
        lines.lines.append(f"{indent}) {w.word('ELSE')} (")
        _nested(w, lines, indent, action.otherwise)
    lines.lines.append(f"{indent})")


def _nested(w: Writer, lines: _Lines, indent: str, actions: tuple[n.Action, ...]) -> None:
    for action in actions:
        if isinstance(action, n.Choose):
            _choose(w, lines, indent + "  ", indent + "  ", action)
        else:
            lines.part(indent + "  ", action_text(w, action))


def schedule_text(w: Writer, schedule: n.Schedule) -> str:
    """`every friday at 17:00`"""
    every = w.word("EVERY")
    clock = schedule.at.strftime("%H:%M") if schedule.at else ""
    if schedule.unit == "hours":
        return f"{every} {w.duration(n.Duration(schedule.hours, n.Unit.HOURS))}"
    days = [w.word("WEEKDAY", str(day)) for day in schedule.weekdays]
    if w.zh:
        numbers = "、".join(str(day) for day in schedule.days)
        return {
            "day": f"每天 {clock}",
            "working_day": f"每个工作日 {clock}",
            "weekday": f"每{'、'.join(days)} {clock}",
            "month": f"{w.word('MONTHLY')} {numbers} 日 {clock}",
        }[schedule.unit]
    numbers = ", ".join(str(day) for day in schedule.days)
    return {
        "day": f"every day at {clock}",
        "working_day": f"every working day at {clock}",
        "weekday": f"every {', '.join(days)} at {clock}",
        "month": f"every month on {numbers} at {clock}",
    }[schedule.unit]


def limit_text(w: Writer, limit: n.Limit) -> str:
    """`at most once per 90 days`"""
    if limit.duration is None:
        return w.word("ONCE")
    duration = w.duration(limit.duration)
    if w.zh:
        return f"{w.word('EVERY')} {duration} {w.word('AT_MOST', 'at_most')} {limit.number} {w.measure()}"
    times = w.word("ONCE") if limit.number == 1 else f"{limit.number} {w.word('TIMES')}"
    return f"{w.word('AT_MOST', 'at_most')} {times} {w.word('PER')} {duration}"


# ---- actions ------------------------------------------------------------------------------------------------------


def action_text(w: Writer, action: n.Action) -> str:
    """One action in one line."""
    return _ACTIONS[type(action)](w, action)


def _assigned(w: Writer, assignments: tuple[n.Assignment, ...]) -> str:
    return ", ".join(f"{_target(w, each.field)} = {w.text(each.value, 6)}" for each in assignments)


def _target(w: Writer, field_id: str) -> str:
    return w.field(field_id)


def _update(w: Writer, action: n.Update) -> str:
    source = w.collection(action.collection)
    return f"{w.word('UPDATE')} {source} {w.word('SET')} {_assigned(w.rows(), action.assignments)}"


def _operation(w: Writer, action: n.CallOperation) -> str:
    head = f"{w.word('CALL')} {quoted_text(action.operation)}"
    given = ", ".join(f"{quoted_name(each.name, w.language)} = {w.text(each.value, 6)}" for each in action.arguments)
    return f"{head} ({given})" if given else head


def _task(w: Writer, action: n.AddTask) -> str:
    joint = w.word("GIVE") if w.zh else w.word("HELD")
    due = "" if action.due is None else f" {w.word('DUE')} {w.text(action.due, 6)}"
    return f"{w.word('ADD_TASK')} {w.template(action.text)} {joint} {w.text(action.user, 6)}{due}"


def _assign(w: Writer, action: n.Assign) -> str:
    joint = w.word("GIVE") if w.zh else w.word("TO")
    return f"{w.word('ASSIGN')} {_target(w, action.field)} {joint} {w.text(action.user, 6)}"


def _report(w: Writer, action: n.RunReport) -> str:
    joint = w.word("GIVE") if w.zh else w.word("HELD")
    return f"{w.word('RUN_REPORT')} {quoted_text(action.name)} {joint} {w.text(action.subject, 6)}"


def _notify(w: Writer, action: n.Notify) -> str:
    people = ", ".join(w.text(each, 6) for each in action.recipients)
    return f"{w.word('NOTIFY')} {people} {w.template(action.text)}"


def _choose_line(w: Writer, action: n.Choose) -> str:
    then = " ".join(action_text(w, each) for each in action.then)
    text = f"{w.word('IF', 'if')} {w.text(action.condition)} ({then})"
    if not action.otherwise:
        return text
    return f"{text} {w.word('ELSE')} ({' '.join(action_text(w, each) for each in action.otherwise)})"


_ACTIONS: Mapping[type[n.Action], Callable[[Writer, Any], str]] = {
    n.Create: lambda w, node: f"{w.word('CREATE')} {w.entity(node.entity)} ({_assigned(w, node.assignments)})",
    n.SetFields: lambda w, node: f"{w.word('SET')} {_assigned(w, node.assignments)}",
    n.Update: _update,
    n.Delete: lambda w, node: f"{w.word('DELETE')} {w.word('THIS')}",  # noqa: ARG005
    n.Notify: _notify,
    n.Assign: _assign,
    n.StartApproval: lambda w, node: f"{w.word('START_APPROVAL')} {quoted_text(node.name)}",
    n.CallOperation: _operation,
    n.RunReport: _report,
    n.AddTask: _task,
    n.Block: lambda w, node: f"{w.word('BLOCK')} {w.template(node.text)}",
    n.Warn: lambda w, node: f"{w.word('WARN')} {w.template(node.text)}",
    n.Wait: lambda w, node: f"{w.word('WAIT')} {w.duration(node.duration)}",
    n.WaitUntil: lambda w, node: (
        f"{w.word('WAIT_UP_TO')} {w.duration(node.duration)} {w.word('UNTIL')} {w.text(node.condition)}"
    ),
    n.Choose: _choose_line,
}
"""Kind of action → how it is written."""
