"""`set f = v`, `update orders where … set …`, `assign f to U`: fields of records change"""

from __future__ import annotations

from collections.abc import Mapping

from ruleloom.actions.base import About, ActionKind, Both, Work, both
from ruleloom.actions.registry import ACTIONS
from ruleloom.engine.intents import UpdateRecords
from ruleloom.messages import Language

_Words = Mapping[Language, str]


@ACTIONS.register
class Change(ActionKind):
    """Records of one entity, changed in one write; `set` and `assign` change the rule's own record."""

    kind, intent = "change", UpdateRecords

    def work_out(self, intent: UpdateRecords, about: About) -> Work:  # noqa: ARG002
        """The write itself."""
        return Work(write=intent)

    def summary(self, intent: UpdateRecords, about: About, names: Mapping[str, Mapping[Language, str]]) -> Both:
        """Which fields of this record, or how many others."""
        keys = sorted({key for values in intent.values.values() for key in values})
        fields = [names.get(f"{intent.entity}.{key}", key) for key in keys]
        if set(intent.values) == {about.record} and intent.entity == about.entity:
            values = intent.values[about.record]
            written = [
                _written(intent.entity, key, values[key], names, field) for key, field in zip(keys, fields, strict=True)
            ]
            return both("did-set", fields=written)
        return both(
            "did-update", count=str(len(intent.values)), entity=names.get(intent.entity, intent.entity), fields=fields
        )


def _written(entity: str, key: str, value: object, names: Mapping[str, _Words], field: _Words | str) -> _Words | str:
    """A field with what it was set to, where that can be said in words."""
    if value is None:
        return both("set-empty", field=field)
    shown = names.get(f"{entity}.{key}={value}")
    return field if shown is None else both("set-to", field=field, value=shown)
