"""A form: how a record is written. Sections of fields, which may become visible and required by conditions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleloom.forms.names import read_labels
from ruleloom.forms.shapes import as_list, as_mapping, as_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ruleloom.dsl.vocabulary import Labels
    from ruleloom.forms.conditions import Surroundings, WrittenCondition

MOST_COLUMNS = 4


@dataclass(frozen=True, slots=True)
class FormField:
    """A field in a form; without conditions it is visible, and required where the entity says so."""

    field: str
    visible_when: WrittenCondition | None = None
    required_when: WrittenCondition | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Fields under a title, in so many columns."""

    title: Labels
    columns: int
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """Sections in order."""

    sections: tuple[Section, ...]

    def fields(self) -> Iterator[FormField]:
        """Every field with its conditions."""
        for section in self.sections:
            yield from section.fields


@dataclass(frozen=True, slots=True)
class FieldState:
    """How a field stands for one record."""

    visible: bool
    required: bool


def read_form(content: Any, around: Surroundings) -> Form:
    """The form of a content; everything wrong is noted. Its conditions may read only the record itself."""
    given = as_mapping(content, "", ("sections",), around.findings)
    seen: dict[str, str] = {}
    sections = [
        _section(one, f"sections[{number}]", seen, around)
        for number, one in as_list(given, "sections", around.findings)
    ]
    if not sections:
        around.findings.add("form-without-sections", "sections")
    return Form(tuple(sections))


def _section(given: Any, path: str, seen: dict[str, str], around: Surroundings) -> Section:
    one = as_mapping(given, path, ("title", "columns", "fields"), around.findings)
    fields = [
        _field(part, f"{path}.fields[{number}]", seen, around)
        for number, part in as_list(one, "fields", around.findings, path)
    ]
    title = read_labels(one.get("title"), f"{path}.title", around.findings)
    columns = as_number(one, "columns", path, 1, MOST_COLUMNS, around.findings) or 1
    return Section(title, columns, tuple(field for field in fields if field))


def _field(given: Any, path: str, seen: dict[str, str], around: Surroundings) -> FormField | None:
    one = as_mapping(given, path, ("field", "visible_when", "required_when"), around.findings)
    key = around.field_key(one.get("field"), f"{path}.field")
    conditions = [
        around.condition(one.get(part), f"{path}.{part}", local=True) for part in ("visible_when", "required_when")
    ]
    if key is None:
        return None
    if key in seen:
        around.findings.add("field-in-form-twice", f"{path}.field", name=key, other=seen[key])
        return None
    seen[key] = path
    return FormField(key, *conditions)


def field_states(form: Form, holds: Callable[[WrittenCondition], bool]) -> Mapping[str, FieldState]:
    """How each field stands; `holds` answers for the record. What is not visible is never required."""
    states = {}
    for field in form.fields():
        visible = field.visible_when is None or holds(field.visible_when)
        states[field.field] = FieldState(
            visible, visible and field.required_when is not None and holds(field.required_when)
        )
    return states
