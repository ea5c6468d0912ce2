"""Conditions inside drawn things: a text of the language with its language, read into a typed tree."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from ruleloom.dsl import parse
from ruleloom.dsl.backends.predicate import predicate
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.nodes import Condition
from ruleloom.dsl.reads import reads_of
from ruleloom.messages import LANGUAGES, Language

if TYPE_CHECKING:
    from ruleloom.dsl.backends.predicate import Predicate
    from ruleloom.forms.entity import Entity, Model
    from ruleloom.forms.findings import Findings


@dataclass(frozen=True, slots=True)
class WrittenCondition:
    """A condition as its author wrote it, and what it says."""

    text: str
    language: Language
    tree: Condition

    def as_function(self, entity: Entity, model: Model) -> Predicate:
        """(values, moment) → whether it holds; NotRecordLocal when it reads other records."""
        return predicate(self.tree, entity, model)

    def written(self) -> dict[str, str]:
        """As it travels."""
        return {"text": self.text, "language": self.language}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a drawn thing is read against."""

    model: Model
    entity: Entity
    findings: Findings

    def condition(self, given: Any, path: str, *, local: bool = False) -> WrittenCondition | None:
        """The condition of `{text, language}`; everything wrong is noted at `path`. None when absent or wrong.

        `local`: it must read only the record itself, so that browser and server decide alike. A condition about the
        change being processed is never right here.
        """
        if given is None:
            return None
        if (
            not isinstance(given, dict)
            or not isinstance(given.get("text"), str)
            or given.get("language") not in LANGUAGES
        ):
            self.findings.add("condition-shape", path)
            return None
        language = cast("Language", given["language"])
        parsed = parse(given["text"], self.model, language, entity=self.entity.id, part="condition")
        errors = [d for d in parsed.diagnostics if d.severity == "error"]
        self.findings.diagnostics += [replace(error, target=path) for error in errors]
        if errors or not isinstance(parsed.tree, Condition):
            return None
        reads = reads_of(with_formulas(parsed.tree, self.model), self.model)
        if reads.reads_change or reads.held:
            self.findings.add("condition-about-change", path)
        elif local and not reads.record_local:
            self.findings.add("condition-not-record-local", path)
        else:
            return WrittenCondition(given["text"], language, parsed.tree)
        return None

    def field_key(self, given: Any, path: str) -> str | None:
        """The key of a field of the entity; unknown ones are noted with the nearest."""
        if isinstance(given, str) and given in self.entity.by_key:
            return given
        if given is None:
            self.findings.add("property-missing", path)
            return None
        self.findings.unknown("unknown-field", path, str(given), self.entity.by_key)
        return None

    def field_path(self, given: Any, path: str) -> tuple[str, ...] | None:
        """The keys of a path through references (`owner.name`); what does not lead on is noted."""
        if given is None:
            self.findings.add("property-missing", path)
            return None
        here: Entity | None = self.entity
        keys = str(given).split(".")
        for key in keys:
            if here is None:
                self.findings.add("path-stops", path, name=str(given))
                return None
            field = here.by_key.get(key)
            if field is None:
                self.findings.unknown("unknown-field", path, key, here.by_key)
                return None
            here = self.model.entity(field.value_type.entity) if field.value_type.entity else None
        return tuple(keys)
