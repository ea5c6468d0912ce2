"""`call "connection.operation" (k = v, …)`: another system is asked to do something, after the commit"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import CallOut
from ruleloom.messages import Language


@ACTIONS.register
class Call(ActionKind):
    """Pending until the worker has performed it; the effect's id is the idempotency key that the other system gets."""

    kind, intent, leaves = "call", CallOut, True

    def work_out(self, intent: CallOut, about: About) -> Work:  # noqa: ARG002
        """Connection and operation with the values found."""
        return Work(content={"operation": intent.operation, "arguments": dict(intent.arguments)})

    def summary(self, intent: CallOut, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:  # noqa: ARG002
        """Which operation."""
        return both("did-call", operation=intent.operation)
