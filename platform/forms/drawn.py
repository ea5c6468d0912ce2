"""The one door for the contents of views, forms and pipelines: read, with everything that is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ruleloom.forms.conditions import Surroundings
from ruleloom.forms.findings import DefinitionError, Findings
from ruleloom.forms.layout import Form, read_form
from ruleloom.forms.pipeline import Pipeline, read_pipeline
from ruleloom.forms.view import View, read_view

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ruleloom.forms.entity import Entity, Model

Drawing = View | Form | Pipeline
READERS: Mapping[str, Callable[[Any, Surroundings], Drawing]] = {
    "view": read_view,
    "form": read_form,
    "pipeline": read_pipeline,
}
"""Kinds of definitions whose contents are read here."""


def read_drawing(kind: str, content: Any, entity: Entity, model: Model) -> Drawing:
    """The view, form or pipeline of a content.

    Raises `DefinitionError` with everything that is wrong, each with its path in the content
    (`sections[0].fields[2].visible_when`).
    """
    findings = Findings()
    drawing = READERS[kind](content, Surroundings(model, entity, findings))
    findings.raise_if_any(DefinitionError)
    return drawing
