"""Field type `files`: attachments, named by the ids that the upload gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ruleloom.dsl.types import Kind, Value
from ruleloom.forms.fields.base import Cleaner, FieldType, InputContext, Refused, Setting
from ruleloom.forms.fields.reference import LARGEST_ID
from ruleloom.forms.fields.registry import FIELD_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Field

MOST = 100
"""Files in one field."""


@FIELD_TYPES.register
class Files(FieldType):
    """Attachments in their order; `images_only` lets the form offer the camera."""

    type = "files"
    kind = Kind.FILES
    settings: ClassVar[Mapping[str, Setting]] = {
        "most": Setting("integer", MOST),
        "images_only": Setting("yes-no", False),
    }

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:
        """A list of file ids without doubles; whether they exist is asked elsewhere."""
        most = min(self.setting(field, "most"), MOST)
        opaque = context.opaque_ids

        def clean(raw: Any) -> Value:
            words = list(raw) if isinstance(raw, (list, tuple)) else [raw]
            for word in words:
                if isinstance(word, bool) or not isinstance(word, (str, int)) or not (opaque or _is_id(str(word))):
                    raise Refused("not-a-file", value=str(word)[:40])
            found = tuple(dict.fromkeys(str(word) for word in words))
            if len(found) > most:
                raise Refused("too-many-files", most=most)
            return found or None

        return clean

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """A list of ids."""
        return list(value) if isinstance(value, tuple) else value

    def schema(self, field: Field) -> dict[str, Any]:  # noqa: ARG002
        """A list of ids."""
        return {"type": "array", "items": {"type": "string"}}


def _is_id(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 20 and 0 < int(word) <= LARGEST_ID
