"""`delete this`"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import DeleteRecord
from ruleloom.messages import Language


@ACTIONS.register
class Delete(ActionKind):
    """The record goes; it can be restored."""

    kind, intent = "delete", DeleteRecord

    def work_out(self, intent: DeleteRecord, about: About) -> Work:  # noqa: ARG002
        """The write itself."""
        return Work(write=intent)

    def summary(self, intent: DeleteRecord, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:
        """Which record."""
        return both("did-delete", entity=names.get(intent.entity, intent.entity), title=about.title)
