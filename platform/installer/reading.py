"""Reads a template app from its folder, with everything wrong in it collected.

| file | what |
| --- | --- |
| `app.yaml` | name, version, labels, description, workspace defaults, home, sample |
| `entities/*.yaml` | `entities: […]` as in a schema file; an entity that exists already is extended |
| `views/*.yaml`, `forms/*.yaml`, `pipelines/*.yaml`, `roles.yaml` | lists under the same word |
| `rules/<key>.<zh or en>.rule` | one rule each, in the author's language |
| `sample/<entity>.csv` | sample records, references by the title of the other record |
"""

from __future__ import annotations

import csv
import io
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ruleloom.forms.findings import DefinitionError, Findings
from ruleloom.installer.app_files import AppFiles, RuleFile, SampleTable
from ruleloom.messages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

_PARTS = ("views", "forms", "pipelines", "entities")


class AppError(DefinitionError):
    """A template app is not right, or there is none of that name; the `target` of each diagnostic is the file."""


def shipped_apps() -> list[str]:
    """The names of the apps that ship with Ruleloom, in order."""
    return sorted(entry.name for entry in files("ruleloom.shipped").iterdir() if (entry / "app.yaml").is_file())


def find_app(name: str, *, shipped_only: bool = False) -> Traversable:
    """The folder of a shipped app by name, or of any app by path; `AppError` (`app-unknown`) when there is neither.

    `shipped_only`: names that come from outside (the front door) never reach into the machine's folders.
    """
    if name in shipped_apps():
        return files("ruleloom.shipped") / name
    folder = Path(name)
    if not shipped_only and (folder / "app.yaml").is_file():
        return folder
    findings = Findings()
    findings.add("app-unknown", "", name=name, known=shipped_apps())
    findings.raise_if_any(AppError)
    raise AssertionError("unreachable")


def read_app(folder: Traversable) -> AppFiles:
    """All files of an app; `AppError` with every file and part that is not as it should be."""
    findings = Findings()
    head = _mapping(folder / "app.yaml", "app.yaml", findings)
    lists = {part: _listed(folder, part, findings) for part in _PARTS}
    roles = _mapping(folder / "roles.yaml", "roles.yaml", findings) if (folder / "roles.yaml").is_file() else {}
    for part in ("name", "version", "labels"):
        if part not in head:
            findings.add("app-part-missing", "app.yaml", part=part)
    sample = head.get("sample") or {}
    app = AppFiles(
        name=str(head.get("name", "")), version=str(head.get("version", "")), labels=head.get("labels") or {},
        description=head.get("description") or {}, workspace=head.get("workspace") or {}, home=head.get("home") or {},
        sample_anchor=str(sample["anchor"]) if "anchor" in sample else None, roles=roles.get("roles") or (),
        rules=tuple(_rules(folder, findings)), samples=tuple(_samples(folder, sample.get("order") or (), findings)),
        **lists,
    )  # fmt: skip
    findings.raise_if_any(AppError)
    return app


def _entries(folder: Traversable, part: str, ending: str) -> Iterator[Traversable]:
    room = folder / part
    if room.is_dir():
        yield from sorted((e for e in room.iterdir() if e.name.endswith(ending)), key=lambda e: e.name)


def _listed(folder: Traversable, part: str, findings: Findings) -> list[Any]:
    """What stands under the word `part` in every file of the folder `part`, in the order of the files' names."""
    found: list[Any] = []
    for entry in _entries(folder, part, ".yaml"):
        given = _mapping(entry, f"{part}/{entry.name}", findings).get(part)
        if isinstance(given, list):
            found.extend(given)
        else:
            findings.add("app-part-missing", f"{part}/{entry.name}", part=part)
    return found


def _mapping(entry: Traversable, path: str, findings: Findings) -> dict[str, Any]:
    try:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        given = yaml.load(entry.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - a safe loader
    except (OSError, UnicodeDecodeError) as error:
        findings.add("file-not-readable", path, path=path, reason=str(error))
        return {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        findings.add("not-yaml", path, line=line, column=column, reason=str(getattr(error, "problem", error)))
        return {}
    if isinstance(given, dict):
        return given
    findings.add("not-a-mapping", path)
    return {}


def _rules(folder: Traversable, findings: Findings) -> Iterator[RuleFile]:
    for entry in _entries(folder, "rules", ".rule"):
        key, _, language = entry.name.removesuffix(".rule").rpartition(".")
        if not key or language not in LANGUAGES:
            findings.add("rule-file-name", f"rules/{entry.name}", name=entry.name)
            continue
        yield RuleFile(key, entry.read_text(encoding="utf-8"), language, f"rules/{entry.name}")


def _samples(folder: Traversable, order: list[str] | tuple[str, ...], findings: Findings) -> Iterator[SampleTable]:
    known = {entry.name.removesuffix(".csv"): entry for entry in _entries(folder, "sample", ".csv")}
    for name in order:
        if name not in known:
            findings.add("sample-missing", "app.yaml", name=name)
            continue
        rows = list(csv.reader(io.StringIO(known[name].read_text(encoding="utf-8-sig"))))
        yield SampleTable(name, tuple(rows[0]), tuple(map(tuple, rows[1:])), f"sample/{name}.csv")
