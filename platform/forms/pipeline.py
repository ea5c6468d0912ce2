"""A pipeline: the stages of an entity in order, with the gates that must be open to leave a stage forwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruleloom.dsl.types import Kind
from ruleloom.forms.names import read_labels
from ruleloom.forms.shapes import as_list, as_mapping, as_yes_no

if TYPE_CHECKING:
    from ruleloom.dsl.vocabulary import Labels
    from ruleloom.forms.conditions import Surroundings, WrittenCondition


@dataclass(frozen=True, slots=True)
class Gate:
    """What must be true to leave a stage, what to say when it is not, and the fields that supply it."""

    condition: WrittenCondition
    message: Labels
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stage:
    """An option of the stage field with the gates of its way out."""

    value: str
    gates: tuple[Gate, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Stages in order. Options of the stage field that are no stages (`lost`) lie beside the pipeline."""

    stage_field: str
    stages: tuple[Stage, ...]
    allow_skip: bool = False
    allow_return: bool = True

    def place(self, value: str | None) -> int | None:
        """Which stage a value is, counted from 0; None for empty and for values beside the pipeline."""
        return next((number for number, stage in enumerate(self.stages) if stage.value == value), None)


def read_pipeline(content: Any, around: Surroundings) -> Pipeline:
    """The pipeline of a content; everything wrong is noted in `around.findings`."""
    known = ("stage_field", "stages", "allow_skip", "allow_return")
    given = as_mapping(content, "", known, around.findings)
    key = around.field_key(given.get("stage_field"), "stage_field")
    field = around.entity.by_key[key] if key else None
    if field is not None and field.value_type.kind is not Kind.CHOICE:
        around.findings.add("stage-field-not-choice", "stage_field", name=field.name)
        field = None
    options = [option.value for option in field.options] if field else None
    stages: dict[str, Stage] = {}
    for number, one in as_list(given, "stages", around.findings):
        stage = _stage(one, f"stages[{number}]", options, around)
        if stage is not None and stage.value in stages:
            around.findings.add("stage-named-twice", f"stages[{number}].value", name=stage.value)
        elif stage is not None:
            stages[stage.value] = stage
    if not stages:
        around.findings.add("pipeline-without-stages", "stages")
    return Pipeline(
        key or "",
        tuple(stages.values()),
        as_yes_no(given, "allow_skip", "", around.findings),
        as_yes_no(given, "allow_return", "", around.findings, default=True),
    )


def _stage(given: Any, path: str, options: list[str] | None, around: Surroundings) -> Stage | None:
    one = as_mapping(given, path, ("value", "gates"), around.findings)
    gates = [
        _gate(part, f"{path}.gates[{number}]", around) for number, part in as_list(one, "gates", around.findings, path)
    ]
    value = str(one.get("value"))
    if options is not None and value not in options:
        around.findings.unknown("not-a-stage", f"{path}.value", value, options)
        return None
    return Stage(value, tuple(gate for gate in gates if gate))


def _gate(given: Any, path: str, around: Surroundings) -> Gate | None:
    one = as_mapping(given, path, ("condition", "message", "fields"), around.findings)
    message = read_labels(one.get("message"), f"{path}.message", around.findings)
    if not message:
        around.findings.add("gate-without-message", f"{path}.message")
    if one.get("condition") is None:
        around.findings.add("gate-without-condition", f"{path}.condition")
    fields = [
        around.field_key(key, f"{path}.fields[{number}]")
        for number, key in as_list(one, "fields", around.findings, path)
    ]
    condition = around.condition(one.get("condition"), f"{path}.condition")
    return Gate(condition, message, tuple(key for key in fields if key)) if condition else None
