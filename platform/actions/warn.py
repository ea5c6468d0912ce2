"""`warn "…"`: shown to whoever wrote; where nobody wrote, a notice to who created the record"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Notice, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import ShowWarning
from ruleloom.messages import Language


@ACTIONS.register
class Warn(ActionKind):
    """Stops nothing."""

    kind, intent = "warn", ShowWarning

    def work_out(self, intent: ShowWarning, about: About) -> Work:
        """A warning in the answer of the write, or a notice."""
        if about.writer is not None:
            return Work(warnings=(intent.text,))
        return Work(notices=(Notice(about.author, intent.text),) if about.author is not None else ())

    def summary(self, intent: ShowWarning, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:  # noqa: ARG002
        """What was said."""
        return both("did-warn", text=intent.text)
