"""`notify U, … "text"`: in-app; a channel that is connected (mail, chat) takes it further from the notice"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Notice, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import SendNotice
from ruleloom.messages import Language


@ACTIONS.register
class Notify(ActionKind):
    """One notice per recipient, each person once."""

    kind, intent = "notify", SendNotice

    def work_out(self, intent: SendNotice, about: About) -> Work:  # noqa: ARG002
        """The notices."""
        return Work(notices=tuple(Notice(user, intent.text) for user in dict.fromkeys(intent.recipients)))

    def summary(self, intent: SendNotice, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:  # noqa: ARG002
        """Who, and what they read."""
        people = [names.get(str(user), str(user)) for user in dict.fromkeys(intent.recipients)]
        return (
            both("did-notify", people=people, text=intent.text)
            if people
            else both("did-notify-nobody", text=intent.text)
        )
