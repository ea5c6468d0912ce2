"""One entity as a mapping (a schema file, a template app, the content of a definition) → `Entity`, and back.

Reading goes in two steps, because fields refer to entities further down: `read_entity` gives an `EntityDraft`, and
`forms.model_file` resolves references between drafts, adds system fields and collections.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ruleloom.forms.entity import Field
from ruleloom.forms.field_file import read_field, write_field
from ruleloom.forms.names import is_name, key_for, read_labels

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ruleloom.dsl.vocabulary import Labels
    from ruleloom.forms.entity import Entity
    from ruleloom.forms.findings import Findings

SYSTEM_NAMES = frozenset({"id", "created_at", "created_by", "updated_at", "updated_by", "version", "deleted_at"})
_PROPERTIES = (
    "id", "key", "name", "label", "labels", "plural_label", "plural_labels", "fields", "time_field", "title_field",
    "description",
)  # fmt: skip


@dataclass(frozen=True)
class EntityDraft:
    """An entity as written: own fields only, references by the word that was written, names of time and title field."""

    id: str
    key: str
    name: str
    labels: Labels
    fields: tuple[Field, ...]
    path: str
    time_field: str | None = None
    title_field: str | None = None
    paths: Mapping[str, str] = field(default_factory=dict)
    """Path of each field in the input by field name, for messages about references."""
    description: str = ""
    plural_labels: Labels = field(default_factory=dict)


def read_entity(given: Any, path: str, findings: Findings) -> EntityDraft | None:
    """The draft of one entity; everything wrong is noted. None when it cannot even be named."""
    if not isinstance(given, dict):
        findings.add("not-a-mapping", path)
        return None
    for word in given:
        if word not in _PROPERTIES:
            findings.unknown("unknown-property", f"{path}.{word}", str(word), _PROPERTIES)
    name = given.get("name")
    if not isinstance(name, str) or not is_name(name):
        findings.add("name-not-usable", f"{path}.name", name=str(name))
        return None
    entity_id = str(given.get("id") or name)
    labels = read_labels(given.get("labels", given.get("label")), f"{path}.label", findings)
    plural = read_labels(given.get("plural_labels", given.get("plural_label")), f"{path}.plural_label", findings)
    fields, paths = _read_fields(given.get("fields"), entity_id, path, findings)
    key = str(given.get("key") or key_for(name))
    return EntityDraft(
        entity_id, key, name, labels, fields, path,
        _word(given, "time_field"), _word(given, "title_field"), paths, str(given.get("description") or ""),
        plural,
    )  # fmt: skip


def _word(given: Mapping[str, Any], part: str) -> str | None:
    word = given.get(part)
    return None if word is None else str(word)


def _read_fields(given: Any, entity_id: str, path: str, findings: Findings) -> tuple[tuple[Field, ...], dict[str, str]]:
    if given is None:
        given = []
    if not isinstance(given, list):
        findings.add("not-a-list", f"{path}.fields")
        given = []
    fields: list[Field] = []
    paths: dict[str, str] = {}
    for index, one in enumerate(given):
        where = f"{path}.fields[{index}]"
        read = read_field(one, entity_id, {f.key for f in fields}, where, findings)
        if read is None:
            continue
        if read.name in paths:
            findings.add("field-twice", f"{where}.name", name=read.name, other=paths[read.name])
        elif read.name in SYSTEM_NAMES or read.key in SYSTEM_NAMES:
            findings.add("field-is-system", f"{where}.name", name=read.name)
        else:
            fields.append(read)
            paths[read.name] = where
    return tuple(fields), paths


def merge_builtin(builtin: EntityDraft, own: EntityDraft | None) -> EntityDraft:
    """A built-in entity with an app's additions: fields of the same name replace the built-in ones."""
    if own is None:
        return builtin
    taken = {f.name for f in own.fields}
    kept = tuple(f for f in builtin.fields if f.name not in taken)
    return replace(
        own,
        fields=kept + own.fields,
        labels={**builtin.labels, **own.labels},
        plural_labels={**({} if own.labels else builtin.plural_labels), **own.plural_labels},
        time_field=own.time_field or builtin.time_field,
        title_field=own.title_field or builtin.title_field,
    )


def write_entity(entity: Entity) -> dict[str, Any]:
    """The content of an entity's definition: own fields, ids and keys written out; `read_entity` gives it back."""
    content: dict[str, Any] = {
        "id": entity.id,
        "key": entity.key,
        "name": entity.name,
        "labels": dict(entity.labels),
        "fields": write_fields(entity.fields),
    }
    if entity.plural_labels:
        content["plural_labels"] = dict(entity.plural_labels)
    if entity.time_field_id:
        content["time_field"] = entity.by_id[entity.time_field_id].name
    if entity.title_field_id:
        content["title_field"] = entity.by_id[entity.title_field_id].name
    return content


def write_fields(fields: Sequence[Field]) -> list[dict[str, Any]]:
    """The mappings of the fields that are not system fields."""
    return [write_field(f) for f in fields if not f.system]
