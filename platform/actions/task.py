"""`add task "…" for U due D`"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import CreateRecord, GiveTask
from ruleloom.messages import Language

TASK = "task"


@ACTIONS.register
class Task(ActionKind):
    """A record of the built-in entity `task`, so that rules, views and boards see it like any other."""

    kind, intent = "task", GiveTask

    def work_out(self, intent: GiveTask, about: About) -> Work:
        """The new task, pointing at the record it is about."""
        values = {
            "title": intent.text,
            "assignee": intent.user,
            "due": intent.due,
            "done": False,
            "about_entity": about.entity,
            "about_record": str(about.record),
        }
        return Work(write=CreateRecord(TASK, values))

    def summary(self, intent: GiveTask, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:  # noqa: ARG002
        """Whose task, and what."""
        person = names.get(str(intent.user), "") if intent.user is not None else "?"
        return both("did-task", person=person, text=intent.text)
