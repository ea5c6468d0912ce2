"""What a field type is. One file per type beside this one; see the room's README for how to add one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from ruleloom.dsl.calendar import Calendar
from ruleloom.dsl.types import Kind, Value, ValueType

if TYPE_CHECKING:
    from ruleloom.forms.entity import Field
    from ruleloom.forms.findings import Findings


class Refused(Exception):
    """A value that a field does not take; `forms.validation` makes a diagnostic of it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


@dataclass(frozen=True)
class InputContext:
    """What reading a value needs beside the field."""

    calendar: Calendar = field(default_factory=Calendar)
    """Local days and wall clocks are those of its zone."""
    opaque_ids: bool = False
    """Record ids may be any text (simulation); else they are 63-bit integers."""


Cleaner = Callable[[Any], Value]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a field type as it may be written in a definition."""

    kind: Literal["integer", "number", "text", "yes-no", "texts"]
    default: Any = None
    one_of: tuple[str, ...] = ()


_PYTHON: Mapping[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float, str, Decimal),
    "text": (str,),
    "yes-no": (bool,),
    "texts": (list, tuple),
}


class FieldType:
    """Base of all field types; a subclass sets the class attributes and what it does differently."""

    type: ClassVar[str]
    """Its name in definitions: `number`."""
    kind: ClassVar[Kind]
    """What the language sees; it also decides the column: `storage.columns`."""
    settings: ClassVar[Mapping[str, Setting]] = {}
    """Settings it takes beside the properties common to all fields."""
    stored: ClassVar[bool] = True
    """Whether it has a column or link table; a computed one has none."""
    writable: ClassVar[bool] = True
    """Whether a person or program may give it a value."""
    numbered: ClassVar[bool] = False
    """Whether storage gives new records the next number."""
    searched: ClassVar[bool] = False
    """Whether search looks at its words."""
    sort_key: ClassVar[bool] = False
    """Whether a sort key is stored (short texts that people sort by)."""

    def value_type(self, field_id: str, to: str | None, decimals: int, settings: Mapping[str, Any]) -> ValueType:  # noqa: ARG002
        """The value type of a field of this type."""
        if self.kind in (Kind.CHOICE, Kind.CHOICES):
            return ValueType(self.kind, field=field_id)
        if self.kind is Kind.NUMBER:
            return ValueType(self.kind, decimals=decimals)
        return ValueType(self.kind, entity=to if self.kind is Kind.RECORD else None)

    def read_settings(self, raw: Mapping[str, Any], path: str, findings: Findings) -> dict[str, Any]:
        """The settings as kept; unknown ones and wrong kinds are noted."""
        kept = {}
        for word, value in raw.items():
            setting = self.settings.get(word)
            if setting is None:
                findings.unknown("unknown-property", f"{path}.settings.{word}", str(word), self.settings)
            elif value is not None and _fits(value, setting):
                kept[word] = list(value) if setting.kind == "texts" else value
            elif value is not None:
                allowed = setting.one_of or (setting.kind,)
                findings.add("setting-kind", f"{path}.{word}", name=word, value=str(value), allowed=allowed)
        return kept

    def setting(self, field: Field, name: str) -> Any:
        """The value of a setting, or its default."""
        return field.settings.get(name, self.settings[name].default)

    def cleaner(self, field: Field, context: InputContext) -> Cleaner:
        """The function that turns a raw value into a stored one.

        Raw values are what people type, cells of imports and JSON values; never empty (None, "" and [] are dealt with
        before). It raises `Refused`. Made once per field and used for every value: what can be worked out is.
        """
        raise NotImplementedError

    def to_json(self, value: Value, field: Field) -> Any:  # noqa: ARG002
        """The JSON of a stored value that is not empty, as the API shows it."""
        return value

    def schema(self, field: Field) -> dict[str, Any]:  # noqa: ARG002
        """The OpenAPI properties of the JSON value."""
        return {"type": "string"}


def _fits(value: Any, setting: Setting) -> bool:
    if isinstance(value, bool) is not (setting.kind == "yes-no"):
        return False
    if not isinstance(value, _PYTHON[setting.kind]):
        return False
    if setting.kind == "number" and isinstance(value, str):
        return value.replace(".", "", 1).lstrip("-").isdigit()
    return not setting.one_of or value in setting.one_of
