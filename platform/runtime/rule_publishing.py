"""Rules coming into force and going out of it, within the transaction that publishes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruleloom.runtime import published
from ruleloom.runtime.pipeline import publishing
from ruleloom.runtime.rule_content import tree_of
from ruleloom.storage.definitions import Definition

if TYPE_CHECKING:
    from ruleloom.runtime.unit_of_work import UnitOfWork

CAP = 50
"""Records for which the first live run of a rule fires at once, where its author wants those that match now."""


def put_in_force(uow: UnitOfWork, rule: Definition, also_existing: bool = False) -> None:
    """The rule acts from now on; what matches already is remembered and fires only with `also_existing`."""
    if rule.paused or rule.content is None:
        return
    uow.use(published.anew(uow.connection, uow.published))  # not the state that other threads share
    tree = tree_of(rule.content, uow.published.model)
    cap = CAP if also_existing else None
    publishing.publish(uow.pipeline, str(rule.id), tree, uow.now, also_matching=also_existing, cap=cap)
    uow.wrote = True


def take_out(uow: UnitOfWork, rule: Definition) -> None:
    """The rule does nothing any more; runs under way keep the version that they began with."""
    uow.use(published.anew(uow.connection, uow.published))
    publishing.retire(uow.pipeline, str(rule.id))
    uow.wrote = True
