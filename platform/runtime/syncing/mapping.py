"""A mapping says what of a remote resource goes where; it is data, kept with the connection.

```yaml
customers:                      # resource
  entity: customer
  key: code                     # adopts a record that has this code already, when no link exists yet
  fields: {code: FNumber, name: FName, phone: FTEL}
sale_orders:
  entity: order
  fields:
    number: FBillNo
    ordered_at: {field: FDate, zone: Asia/Shanghai}
    customer: {field: FCustId.FNumber, find: code, missing: create}
    amount: FBillAllAmount
    status: {field: FDocumentStatus, aliases: {C: done, A: open}}
  lines: {list: entries, key: FSaleOrderEntry_FEntryID, entity: order_line, parent: order, fields: {qty: FQty}}
```
Resources are synced in the order of the mapping: those that others refer to first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruleloom.connectors import Connector, Resource
from ruleloom.forms.entity import Model
from ruleloom.forms.validation import shown_name
from ruleloom.messages import Diagnostic, RuleloomError
from ruleloom.runtime.imports.plan import Column, PlanInvalid, read_plan


class MappingInvalid(RuleloomError):
    """A mapping that does not fit the resource or the model; each target is the place in the mapping."""


@dataclass(frozen=True, slots=True)
class Mapped:
    """Remote rows of one kind to records of one entity: remote field names are its columns."""

    entity: str
    columns: tuple[Column, ...]
    key: str | None = None

    @property
    def remote_fields(self) -> list[str]:
        """Remote fields that it reads."""
        return [c.column for c in self.columns if c.column] + [f for c in self.columns for f in c.copy.values()]


@dataclass(frozen=True, slots=True)
class MappedLines:
    """A list within each remote row; `key` is the remote field that makes a line unique."""

    list: str
    key: str
    parent: str
    mapped: Mapped


@dataclass(frozen=True, slots=True)
class ResourceMapping:
    """One resource."""

    resource: Resource
    mapped: Mapped
    lines: MappedLines | None = None
    rules: bool = True

    @property
    def remote_fields(self) -> list[str]:
        """Remote fields to ask for, the key first."""
        lines = [self.lines.key, *self.lines.mapped.remote_fields] if self.lines else []
        return list(dict.fromkeys([self.resource.key, *self.mapped.remote_fields, *lines]))


def read_mapping(raw: Mapping[str, Any], kind: type[Connector], model: Model) -> list[ResourceMapping]:
    """Checks a mapping against the kind and the model; MappingInvalid names everything that is wrong."""
    found: list[ResourceMapping] = []
    wrong: list[Diagnostic] = []
    for name, given in raw.items():
        resource = next((r for r in kind.resources if r.name == name), None)
        if resource is None or not isinstance(given, Mapping):
            names = [r.name for r in kind.resources]
            wrong.append(Diagnostic("mapping-no-resource", params={"resource": name, "resources": names}, target=name))
            continue
        try:
            found.append(_resource(resource, given, model))
        except PlanInvalid as error:
            wrong += [_within(name, diagnostic) for diagnostic in error.diagnostics]
    if wrong:
        raise MappingInvalid(*wrong)
    return found


def require_fed(mappings: Sequence[ResourceMapping], model: Model) -> None:
    """MappingInvalid for required fields that nothing feeds: every new row would be refused."""
    wrong: list[Diagnostic] = []
    for each in mappings:
        wrong += _unfed(each.mapped, model, f"{each.resource.name}.fields", ())
        if each.lines:
            wrong += _unfed(each.lines.mapped, model, f"{each.resource.name}.lines.fields", (each.lines.parent,))
    if wrong:
        raise MappingInvalid(*wrong)


def _unfed(mapped: Mapped, model: Model, place: str, there: Sequence[str]) -> Iterator[Diagnostic]:
    entity, fed = model.by_key[mapped.entity], {column.key for column in mapped.columns} | set(there)
    for field in entity.fields:
        if field.required and not field.system and field.default is None and field.key not in fed:
            params = {"field": shown_name(field), "entity": entity.labels or entity.name}
            yield Diagnostic("mapping-field-unfed", params=params, target=f"{place}.{field.key}")


def _resource(resource: Resource, raw: Mapping[str, Any], model: Model) -> ResourceMapping:
    mapped = _mapped(raw, model, "")
    given = raw.get("lines")
    lines = None
    if given:
        plan = _mapped(given, model, "lines.")
        lines = MappedLines(
            str(given.get("list") or (resource.lists or ("",))[0]),
            str(given.get("key")),
            str(given.get("parent")),
            plan,
        )
        _check_lines(resource, lines, model)
    return ResourceMapping(resource, mapped, lines, bool(raw.get("rules", True)))


def _check_lines(resource: Resource, lines: MappedLines, model: Model) -> None:
    wrong: list[Diagnostic] = []
    if lines.list not in resource.lists:
        wrong.append(
            Diagnostic(
                "mapping-no-list", params={"list": lines.list, "lists": list(resource.lists)}, target="lines.list"
            )
        )
    if lines.parent not in model.by_key[lines.mapped.entity].by_key:
        params = {"field": lines.parent, "entity": lines.mapped.entity}
        wrong.append(Diagnostic("import-plan-no-field", params=params, target="lines.parent"))
    if lines.key == "None":
        wrong.append(Diagnostic("mapping-line-key", target="lines.key"))
    if wrong:
        raise PlanInvalid(*wrong)


def _mapped(raw: Mapping[str, Any], model: Model, place: str) -> Mapped:
    """The plan language of imports, with `field` in place of `column`; unknown remote fields show at the first read."""
    columns = {key: _as_column(given) for key, given in (raw.get("fields") or {}).items()}
    key = [raw["key"]] if raw.get("key") and not place else []
    remote = {c["column"] for c in columns.values() if c.get("column")}
    remote |= {name for c in columns.values() for name in (c.get("copy") or {}).values()}
    plan = read_plan({"entity": raw.get("entity"), "columns": columns, "key": key}, model, sorted(map(str, remote)))
    return Mapped(plan.entity, plan.columns, plan.key[0] if plan.key else None)


def _as_column(given: Any) -> dict[str, Any]:
    if not isinstance(given, Mapping):
        return {"column": given}
    return {("column" if word == "field" else word): value for word, value in given.items()}


def _within(resource: str, diagnostic: Diagnostic) -> Diagnostic:
    return Diagnostic(diagnostic.code, params=diagnostic.params, target=f"{resource}.{diagnostic.target}")
