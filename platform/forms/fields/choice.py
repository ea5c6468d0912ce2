"""Field type `choice`: one of its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruleloom.dsl.folding import fold
from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused
from ruleloom.forms.fields.registry import FIELD_TYPES
from ruleloom.forms.findings import nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruleloom.forms.entity import Field


def option_reader(field: Field) -> Callable[[Any], str]:
    """A function that finds an option by value or by label in any language, ignoring case where that is clear."""
    exact = {option.value: option.value for option in field.options}
    loose: dict[str, str] = {}
    words: dict[str, str] = {}
    for option in field.options:
        for word in (option.value, *option.labels.values()):
            loose.setdefault(fold(word.strip()), option.value)
            words.setdefault(word, option.value)

    def read(raw: Any) -> str:
        if isinstance(raw, bool):
            raw = "yes" if raw else "no"
        if not isinstance(raw, (str, int)):
            raise Refused("not-an-option", value=str(raw)[:40], options=list(exact))
        word = str(raw)
        found = exact.get(word) or loose.get(fold(word.strip()))
        if found is not None:
            return found
        near = nearest(word, words)
        if near is not None:
            raise Refused("not-an-option-near", value=word[:40], near=near)
        raise Refused("not-an-option", value=word[:40], options=list(exact)[:20])

    return read


@FIELD_TYPES.register
class Choice(FieldType):
    """One of its options."""

    type = "choice"
    kind = Kind.CHOICE

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """The option's value, given by value or label."""
        read = option_reader(field)
        known = frozenset(option.value for option in field.options)

        def clean(raw: Any) -> Value:
            if type(raw) is str and raw in known:
                return raw
            return read(raw)

        return clean

    def schema(self, field: Field) -> dict[str, Any]:
        """One of the values."""
        return {"type": "string", "enum": [option.value for option in field.options]}
