"""Rules coming into force and going out of it, within the transaction that publishes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ruleloom.dsl.nodes import Rule
from ruleloom.dsl.types import RecordId
from ruleloom.engine.ruleset import CompiledRule
from ruleloom.engine.store import Memory
from ruleloom.runtime.pipeline import publishing
from ruleloom.runtime.rules import past, published, stopping
from ruleloom.runtime.rules.content import tree_of
from ruleloom.storage.facts import first_look
from ruleloom.storage.logs import rule_rates
from ruleloom.storage.schema.definitions import Definition

if TYPE_CHECKING:
    from ruleloom.runtime.writing.unit_of_work import UnitOfWork

CAP = 50
"""Records for which the first live run of a rule fires at once, where its author wants those that match now."""


def put_in_force(uow: UnitOfWork, rule: Definition, also_existing: bool = False, cap: int | None = CAP) -> None:
    """The rule acts from now on, also when it had stopped by itself.

    What matches already is remembered and fires only with `also_existing`: at most `cap` at once (None: all), the
    others are held back.
    """
    if rule.paused or rule.content is None:
        return
    uow.use(published.anew(uow.connection, uow.published))  # not the state that other threads share
    tree = tree_of(rule.content, uow.published.model)
    rule_rates.begin(uow.connection, str(rule.id), uow.now)
    stopping.go_on(uow, str(rule.id))
    publishing.publish(
        uow.pipeline, str(rule.id), tree, uow.now, also_matching=also_existing, cap=cap, recall=_recall(uow, tree),
        look=_InSql(uow),
    )  # fmt: skip
    uow.wrote = True


class _InSql:
    """The database looks at all records at once where it can say what is to be remembered of them."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def remember(self, rule: CompiledRule, at: int) -> bool:
        """One statement, for level rules."""
        condition = rule.tree.condition
        return condition is not None and rule.kind == "level" and self._look(rule, at).remember(rule.id, condition)

    def holding(self, rule: CompiledRule) -> Iterator[RecordId]:
        """Records that match."""
        return first_look.holding(self._uow.connection, rule.id)

    def records(self, rule: CompiledRule, at: int) -> Iterator[RecordId]:
        """Records that have to be judged."""
        return self._look(rule, at).records(rule.tree.condition)

    def _look(self, rule: CompiledRule, at: int) -> first_look.FirstLook:
        return first_look.FirstLook(self._uow.connection, self._uow.published.catalogue, rule.entity, at)


def _recall(uow: UnitOfWork, tree: Rule) -> publishing.Recall:
    """Since when the `C for D` of a rule are true, from the log of changes; nothing where that reads too much."""

    def recall(records: Sequence[RecordId]) -> Mapping[RecordId, Memory]:
        if tree.condition is None:
            return {}
        catalogue = uow.published.catalogue
        return past.memories_now(uow.connection, catalogue, tree.entity, tree.condition, records, uow.now) or {}

    return recall


def take_out(uow: UnitOfWork, rule: Definition) -> None:
    """The rule does nothing any more; runs under way keep the version that they began with."""
    uow.use(published.anew(uow.connection, uow.published))
    publishing.retire(uow.pipeline, str(rule.id))
    stopping.go_on(uow, str(rule.id))
    uow.wrote = True
