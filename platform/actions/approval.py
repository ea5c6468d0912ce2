"""`start approval "name"`: begun by the worker after the commit, because it may wait for months"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import BeginApproval
from ruleloom.messages import Language


@ACTIONS.register
class Approval(ActionKind):
    """Pending until the worker has performed it."""

    kind, intent, leaves = "approval", BeginApproval, True

    def work_out(self, intent: BeginApproval, about: About) -> Work:
        """Which approval for which record."""
        return Work(content={"name": intent.name, "entity": about.entity, "record": str(about.record)})

    def summary(self, intent: BeginApproval, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:  # noqa: ARG002
        """Which approval."""
        return both("did-approval", name=intent.name)
