"""A template app as it lies in its folder: everything that is drawn, as plain contents, nothing resolved yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ruleloom.messages import Language


@dataclass(frozen=True, slots=True)
class RuleFile:
    """A rule of an app: its key is the file's name, its language the ending before `.rule`."""

    key: str
    text: str
    language: Language
    path: str


@dataclass(frozen=True, slots=True)
class SampleTable:
    """Sample records of one entity as they stand in the CSV file: a header and rows of text."""

    entity: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    path: str


@dataclass(frozen=True, slots=True)
class AppFiles:
    """All of an app."""

    name: str
    version: str
    labels: Mapping[str, str]
    description: Mapping[str, str]
    workspace: Mapping[str, Any]
    """Defaults for a new workspace: `timezone`, `calendar`, `language`."""
    home: Mapping[str, str]
    sample_anchor: str | None
    """The day on which the dates of the sample were written."""
    entities: Sequence[Mapping[str, Any]] = ()
    views: Sequence[Mapping[str, Any]] = ()
    forms: Sequence[Mapping[str, Any]] = ()
    pipelines: Sequence[Mapping[str, Any]] = ()
    roles: Sequence[Mapping[str, Any]] = ()
    rules: Sequence[RuleFile] = ()
    samples: Sequence[SampleTable] = field(default=())
