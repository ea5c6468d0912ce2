"""`run report "…" for …`: made by the worker after the commit"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import MakeReport
from ruleloom.messages import Language


@ACTIONS.register
class Report(ActionKind):
    """Pending until the worker has performed it."""

    kind, intent, leaves = "report", MakeReport, True

    def work_out(self, intent: MakeReport, about: About) -> Work:  # noqa: ARG002
        """Name and subject."""
        return Work(content={"name": intent.name, "subject": intent.subject})

    def summary(self, intent: MakeReport, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:  # noqa: ARG002
        """Which report."""
        return both("did-report", name=intent.name)
