"""Field type `longtext`: a text of several paragraphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from ruleloom.dsl.types import Kind
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Setting
from ruleloom.forms.fields.registry import FIELD_TYPES
from ruleloom.forms.fields.text import clean_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Field

LONGEST = 100_000
"""Code points."""


@FIELD_TYPES.register
class LongText(FieldType):
    """A long text; `max_length` in code points."""

    type = "longtext"
    kind = Kind.TEXT
    settings: ClassVar[Mapping[str, Setting]] = {"max_length": Setting("integer")}
    searched = True

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:  # noqa: ARG002
        """Text as written, at most `max_length` code points."""
        longest = min(self.setting(field, "max_length") or LONGEST, LONGEST)
        return lambda raw: clean_text(raw, longest)
