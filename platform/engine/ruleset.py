"""The compiled rules of a workspace in memory: cached by content, taken in and out one by one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

from ruleloom.dsl import nodes as n
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.reads import Dependency
from ruleloom.dsl.vocabulary import Vocabulary
from ruleloom.engine.evaluate import Logic
from ruleloom.engine.finding.keys import Keys, Trigger, interest_keys, triggers_of
from ruleloom.engine.finding.plan import Plan
from ruleloom.engine.program import Program

Kind = str
"""`level`, `change`, `schedule`, `watch`"""


MakeLogic = Callable[[n.Condition, Vocabulary, str], Logic]
"""Condition, vocabulary, entity of the rule's records → compiled."""


def _logic(condition: n.Condition, vocabulary: Vocabulary, _entity: str) -> Logic:
    return Logic(condition, vocabulary)


class RuleLogic:
    """What follows from the content of a rule alone: shared by all rules with the same content."""

    def __init__(self, rule: n.Rule, vocabulary: Vocabulary, make_logic: MakeLogic) -> None:
        self.version = hashlib.sha256(repr(rule).encode()).hexdigest()[:16]
        rule = with_formulas(rule, vocabulary)
        self.rule = rule
        self.logic = make_logic(rule.condition, vocabulary, rule.entity) if rule.condition is not None else None
        self.then = Program(rule.actions, vocabulary)
        self.ending = Program(rule.ending, vocabulary)

    @cached_property
    def kind(self) -> Kind:
        """Level unless it has a schedule or speaks of the change being processed."""
        if self.rule.schedule is not None:
            return "schedule"
        return "change" if self.logic is not None and self.logic.reads.reads_change else "level"

    @cached_property
    def keys(self) -> tuple[Keys, ...]:
        """Necessary conditions on the rule's own record, any of which will do."""
        if self.rule.condition is None or self.logic is None:
            return ()
        return interest_keys(self.rule.condition, self.logic.helds)

    @cached_property
    def triggers(self) -> tuple[Trigger, ...]:
        """Changes that may fire it."""
        if self.kind != "change" or self.rule.condition is None:
            return ()
        return triggers_of(self.rule.condition)


class CompiledRule:
    """A published rule under its permanent id; what its content says is looked up once, it is asked at every write."""

    watched = False
    """Rules look at every record."""

    def __init__(self, id: str, of: RuleLogic) -> None:
        self.id = id
        self.of = of
        self.tree: n.Rule = of.rule
        self.name: str = of.rule.name
        """The name that its author gave it."""
        self.entity: str = of.rule.entity
        """The entity of its records."""
        self.kind: Kind = of.kind
        """`level`, `change` or `schedule`."""
        self.logic: Logic | None = of.logic
        """Its condition; None for a schedule without `when`."""
        self.followed: bool = of.kind == "level" or bool(of.logic and of.logic.helds)
        """Whether its state is kept after every write."""
        self.dependencies: tuple[Dependency, ...] = of.logic.reads.dependencies if of.logic is not None else ()
        """What its condition reads."""
        self.blocks: bool = of.then.blocks
        """Whether it can block a write."""

    @property
    def keys(self) -> tuple[Keys, ...]:
        """Necessary conditions on its record, any of which will do."""
        return self.of.keys

    @property
    def triggers(self) -> tuple[Trigger, ...]:
        """Changes that may fire it."""
        return self.of.triggers


@dataclass(frozen=True, eq=False)
class Watch:
    """A condition that runs wait for: a rule without firings that looks only at the records of waiting runs."""

    id: str
    entity: str
    logic: Logic
    kind: Kind = "watch"
    followed: bool = True
    watched: bool = True
    keys: tuple[Keys, ...] = ()
    triggers: tuple[Trigger, ...] = ()

    @property
    def dependencies(self) -> tuple[Dependency, ...]:
        """What its condition reads."""
        return self.logic.reads.dependencies


Followed = CompiledRule | Watch


class RuleBook:
    """Every published rule of a workspace, with the plan over them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.rules: dict[str, CompiledRule] = {}
        self.watches: dict[str, Watch] = {}
        self.plan: Plan[Followed] = Plan(vocabulary)
        self.make_logic: MakeLogic = _logic
        """How conditions are compiled; a simulation may ask another back end."""
        self._compiled: dict[tuple[str, n.Rule], RuleLogic] = {}
        self._versions: dict[str, RuleLogic] = {}

    def copy(self, rules: Collection[str]) -> RuleBook:
        """A book of its own with these of the rules and what they wait for, which knows all that is compiled here."""
        book = RuleBook(self.vocabulary)
        book.make_logic, book.plan, book.rules = self.make_logic, self.plan.copy(), dict(self.rules)
        book._compiled, book._versions = dict(self._compiled), dict(self._versions)
        for watch in list(self.watches.values()):  # read after the plan: what stands there stands here
            book.plan.remove(watch)
        for rule_id in self.rules.keys() - rules:
            book.retire(rule_id)
        for rule in book.rules.values():
            for watch in self.watches_of(rule.of, rule.entity):
                book._watch(watch)
        return book

    def compile(self, rule: n.Rule) -> RuleLogic:
        """The compiled content, from the cache when the same content was compiled before."""
        found = self._compiled.get((rule.name, rule))  # names do not count when trees are compared
        if found is None:
            found = self._compiled[rule.name, rule] = RuleLogic(rule, self.vocabulary, self.make_logic)
            self._versions[found.version] = found
        return found

    def add(self, rule_id: str, rule: n.Rule) -> CompiledRule:
        """Takes a rule in, in place of an earlier version under the same id; the others are not touched."""
        self.retire(rule_id)
        compiled = CompiledRule(rule_id, self.compile(rule))
        self.rules[rule_id] = compiled
        self.plan.add(compiled)
        for watch in self.watches_of(compiled.of, compiled.entity):
            self._watch(watch)
        return compiled

    def retire(self, rule_id: str) -> None:
        """Takes a rule out; runs that began under it keep their version and what they wait for."""
        rule = self.rules.pop(rule_id, None)
        if rule is not None:
            self.plan.remove(rule)

    def version(self, version: str) -> RuleLogic:
        """The compiled content of a version that was taken in by this process; KeyError when there is none."""
        return self._versions[version]

    def keep(self, rule: n.Rule, version: str | None = None) -> RuleLogic:
        """Compiles a version that is no longer published, for the runs that still wait under it.

        `version`: the key under which they know it, which another release of Ruleloom may have made.
        """
        logic = self.compile(rule)
        self._versions[version or logic.version] = logic
        for watch in self.watches_of(logic, rule.entity, version):
            self._watch(watch)
        return logic

    def _watch(self, watch: Watch) -> None:
        if watch.id not in self.watches:
            self.watches[watch.id] = watch
            self.plan.add(watch)

    @staticmethod
    def watches_of(of: RuleLogic, entity: str, version: str | None = None) -> list[Watch]:
        """The conditions that runs of a rule may wait for, each under an id made of version, branch and place."""
        return [
            Watch(watch_id(version or of.version, branch, place), entity, logic)
            for branch, program in (("then", of.then), ("ending", of.ending))
            for place, logic in program.waits.items()
        ]

    def followed(self, rule_id: str) -> Followed | None:
        """The rule or watch under an id; None when it is gone."""
        return self.rules.get(rule_id) or self.watches.get(rule_id)


def watch_id(version: str, branch: str, place: int) -> str:
    """The id of a condition waited for."""
    return f"{version}:{branch}:{place}"
