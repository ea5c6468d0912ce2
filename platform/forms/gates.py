"""May a record go from one stage to another? Lists everything that is missing, never only the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ruleloom.messages import LANGUAGES, Diagnostic, RuleloomError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ruleloom.dsl.vocabulary import Labels
    from ruleloom.forms.entity import Field
    from ruleloom.forms.pipeline import Gate, Pipeline


class GateError(RuleloomError):
    """A move that the pipeline refuses; one diagnostic for every missing item, `target` the field that supplies it."""

    code = "gate-refused"


def missing(
    pipeline: Pipeline, stage_field: Field, before: str | None, after: str | None, is_open: Callable[[Gate], bool]
) -> list[Diagnostic]:
    """Everything that keeps a record from going from stage `before` to stage `after`; nothing when it may.

    `is_open` answers for the record as it would be after the move. Empty and values beside the pipeline count as
    standing in the first stage; going there is free. Backwards no gate is asked.
    """
    end = pipeline.place(after)
    start = pipeline.place(before) or 0
    if end is None or start == end:
        return []
    found = list(_wrong_step(pipeline, stage_field, start, end))
    for stage in pipeline.stages[start:end]:
        found += [_closed(gate) for gate in stage.gates if not is_open(gate)]
    return found


def require(
    pipeline: Pipeline, stage_field: Field, before: str | None, after: str | None, is_open: Callable[[Gate], bool]
) -> None:
    """Raises `GateError` with everything that is missing."""
    found = missing(pipeline, stage_field, before, after, is_open)
    if found:
        raise GateError(*found)


def _wrong_step(pipeline: Pipeline, field: Field, start: int, end: int) -> Iterator[Diagnostic]:
    skipped = [_label(field, stage.value) for stage in pipeline.stages[start + 1 : end]]
    if skipped and not pipeline.allow_skip:
        params = {"stages": skipped, "to": _label(field, pipeline.stages[end].value)}
        yield Diagnostic("stage-skipped", params=params, target=field.key)
    if end < start and not pipeline.allow_return:
        params = {name: _label(field, pipeline.stages[place].value) for name, place in (("from", start), ("to", end))}
        yield Diagnostic("stage-returned", params=params, target=field.key)


def _closed(gate: Gate) -> Diagnostic:
    fallback = next(iter(gate.message.values()), "")
    message = {language: gate.message.get(language) or fallback for language in LANGUAGES}
    return Diagnostic(
        "gate-closed",
        params={"message": message, "fields": gate.fields},
        target=gate.fields[0] if gate.fields else None,
    )


def _label(field: Field, value: str) -> Labels:
    labels: Labels = next((option.labels for option in field.options if option.value == value), {})
    return {language: labels.get(language) or value for language in LANGUAGES}
