"""What a field type is. One file per type beside this one; see the room's README for how to add one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from ruleloom.dsl.types import Kind, ValueType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.findings import Findings


class FieldType:
    """Base of all field types; a subclass sets the class attributes and what it does differently."""

    type: ClassVar[str]
    """Its name in definitions: `number`."""
    kind: ClassVar[Kind]
    """What the language sees."""
    settings: ClassVar[tuple[str, ...]] = ()
    """Names of the settings it takes beside the properties common to all fields."""

    def value_type(self, field_id: str, to: str | None, decimals: int, settings: Mapping[str, Any]) -> ValueType:  # noqa: ARG002
        """The value type of a field of this type."""
        if self.kind in (Kind.CHOICE, Kind.CHOICES):
            return ValueType(self.kind, field=field_id)
        if self.kind is Kind.NUMBER:
            return ValueType(self.kind, decimals=decimals)
        return ValueType(self.kind, entity=to if self.kind is Kind.RECORD else None)

    def read_settings(self, raw: Mapping[str, Any], path: str, findings: Findings) -> dict[str, Any]:
        """The settings as kept; unknown ones are noted."""
        for word in raw:
            if word not in self.settings:
                findings.unknown("unknown-property", f"{path}.settings.{word}", str(word), self.settings)
        return {word: value for word, value in raw.items() if word in self.settings}
