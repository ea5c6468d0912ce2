"""`read_schema`: the entity part of a template app (`schema.yaml`) → `Model`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ruleloom.forms.calendar_file import read_calendar
from ruleloom.forms.entity_file import EntityDraft, read_entity
from ruleloom.forms.findings import DefinitionError, Findings
from ruleloom.forms.model_file import build_model

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ruleloom.forms.entity import Model

_PARTS = ("timezone", "calendar", "entities")


class SchemaError(DefinitionError):
    """A schema file is not right; the `target` of each diagnostic is the path in the file."""


def read_schema(source: str | Path | Mapping[str, Any]) -> Model:
    """The model of a schema file (YAML, by path) or of the same thing as a mapping.

    The built-in entities are in it. Entity id = its name, field id = `entity.field`, unless `id` is written.
    Raises `SchemaError` with everything that is wrong; `FileNotFoundError` is one of them (`file-not-found`).
    """
    findings = Findings()
    given = _load(source, findings) if isinstance(source, (str, Path)) else dict(source)
    for part in given:
        if part not in _PARTS:
            findings.unknown("unknown-property", str(part), str(part), _PARTS)
    calendar = read_calendar(given.get("timezone"), given.get("calendar"), findings)
    model = build_model(_drafts(given.get("entities"), findings), calendar, findings)
    findings.raise_if_any(SchemaError)
    return model


def _load(path: str | Path, findings: Findings) -> dict[str, Any]:
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        given = yaml.load(text, Loader=loader)  # noqa: S506 - a safe loader
    except FileNotFoundError:
        findings.add("file-not-found", "", path=str(path))
    except (UnicodeDecodeError, IsADirectoryError, PermissionError) as error:
        findings.add("file-not-readable", "", path=str(path), reason=str(error))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        findings.add("not-yaml", "", line=line, column=column, reason=str(getattr(error, "problem", error)))
    else:
        if isinstance(given, dict):
            return given
        findings.add("not-a-mapping", "")
    findings.raise_if_any(SchemaError)
    return {}


def _drafts(given: Any, findings: Findings) -> list[EntityDraft]:
    if not isinstance(given, list):
        findings.add("not-a-list" if given is not None else "entities-missing", "entities")
        return []
    read = [read_entity(entity, f"entities[{index}]", findings) for index, entity in enumerate(given)]
    return [draft for draft in read if draft is not None]
