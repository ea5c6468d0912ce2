"""`create E (f = v, …)`"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import CreateRecord
from ruleloom.messages import Language


@ACTIONS.register
class Create(ActionKind):
    """A new record."""

    kind, intent = "create", CreateRecord

    def work_out(self, intent: CreateRecord, about: About) -> Work:  # noqa: ARG002
        """The write itself."""
        return Work(write=intent)

    def summary(self, intent: CreateRecord, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:  # noqa: ARG002
        """Which kind of record."""
        return both("did-create", entity=names.get(intent.entity, intent.entity))
