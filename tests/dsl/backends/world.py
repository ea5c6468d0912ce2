"""A small workspace in plain Python: the oracle that every back end is compared with, and the same rows in SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from ruleloom.dsl import nodes as n
from ruleloom.dsl import numbers
from ruleloom.dsl.backends.compile import Compiled, compiled_condition, compiled_value
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Kind
from ruleloom.forms.entity import Model
from ruleloom.forms.schema_file import read_schema
from ruleloom.storage.schema.catalogue import Catalogue

SCHEMA: dict[str, Any] = {
    "timezone": "Asia/Shanghai",
    "entities": [
        {
            "name": "customer",
            "label": {"en": "Customer", "zh": "客户"},
            "fields": [
                {"name": "name", "type": "text", "label": {"zh": "名称"}},
                {"name": "note", "type": "longtext", "label": {"zh": "备注"}},
                {
                    "name": "region",
                    "type": "choice",
                    "label": {"zh": "地区"},
                    "options": ["East", {"value": "West", "label": {"en": "West", "zh": "西区"}}, "North"],
                },
                {"name": "tags", "type": "choices", "label": {"zh": "标签"}, "options": ["gold", "new", "late"]},
                {"name": "photos", "type": "files", "label": {"zh": "照片"}},
                {
                    "name": "owner",
                    "type": "user",
                    "label": {"zh": "负责人"},
                    "reverse": "customers",
                    "reverse_label": {"zh": "名下客户"},
                },
                {
                    "name": "parent",
                    "type": "reference",
                    "to": "customer",
                    "label": {"zh": "上级"},
                    "reverse": "children",
                    "reverse_label": {"zh": "下级"},
                },
                {"name": "credit", "type": "number", "decimals": 2, "label": {"zh": "额度"}},
                {"name": "score", "type": "number", "label": {"zh": "评分"}},
                {"name": "ratio", "type": "number", "decimals": 6, "label": {"zh": "比率"}},
                {"name": "vip", "type": "boolean", "label": {"zh": "贵宾"}},
                {"name": "since", "type": "date", "label": {"zh": "起始日"}},
                {"name": "seen", "type": "datetime", "label": {"zh": "最近来访"}},
            ],
        },
        {
            "name": "order",
            "label": {"en": "Order", "zh": "订单"},
            "time_field": "ordered_at",
            "fields": [
                {
                    "name": "customer",
                    "type": "reference",
                    "to": "customer",
                    "reverse": "orders",
                    "reverse_label": {"en": "orders", "zh": "订单"},
                    "label": {"zh": "客户"},
                },
                {"name": "ordered_at", "type": "datetime", "label": {"zh": "下单时间"}},
                {"name": "amount", "type": "number", "decimals": 2, "label": {"zh": "金额"}},
                {"name": "status", "type": "choice", "options": ["open", "late", "done"], "label": {"zh": "状态"}},
                {"name": "paid", "type": "boolean", "label": {"zh": "已付"}},
                {"name": "due", "type": "date", "label": {"zh": "到期日"}},
            ],
        },
        {
            "name": "line",
            "label": {"en": "Line", "zh": "明细"},
            "fields": [
                {
                    "name": "order",
                    "type": "reference",
                    "to": "order",
                    "reverse": "lines",
                    "reverse_label": {"zh": "明细"},
                    "label": {"zh": "所属订单"},
                },
                {"name": "qty", "type": "number", "decimals": 3, "label": {"zh": "数目"}},
                {"name": "sku", "type": "text", "label": {"zh": "货号"}},
            ],
        },
        {
            "name": "training",
            "label": {"en": "Training", "zh": "培训"},
            "time_field": "held_on",
            "fields": [
                {
                    "name": "customer",
                    "type": "reference",
                    "to": "customer",
                    "reverse": "trainings",
                    "reverse_label": {"en": "trainings", "zh": "培训"},
                    "label": {"zh": "客户"},
                },
                {"name": "held_on", "type": "date", "label": {"zh": "日期"}},
                {"name": "attended", "type": "boolean", "label": {"zh": "出席"}},
                {"name": "mark", "type": "number", "decimals": 1, "label": {"zh": "成绩"}},
                {"name": "trainer", "type": "user", "label": {"zh": "讲师"}},
            ],
        },
        {
            "name": "weight",
            "label": {"en": "Weight", "zh": "权重"},
            "fields": [
                {"name": "title", "type": "text", "label": {"zh": "名目"}},
                {"name": "factor", "type": "number", "decimals": 3, "label": {"zh": "系数"}},
            ],
        },
    ],
}

MODEL: Model = read_schema(SCHEMA)
Row = dict[str, Any]
SELF_SPOKEN = {"id", "created_by", "updated_by"}


class World:
    """Rows by entity and id; `deleted` holds those that are gone. References stay physically and read as empty."""

    def __init__(self, model: Model = MODEL) -> None:
        self.model = model
        self.rows: dict[str, dict[int, Row]] = {entity.id: {} for entity in model.entities}
        self.deleted: set[tuple[str, int]] = set()
        self._next = 1
        self._settled: dict[str, dict[int, Row]] | None = None
        self._compiled: dict[tuple[int, str], tuple[n.Node, Any]] = {}

    def add(self, entity: str, created_at: int = 0, **values: Any) -> int:
        """A new record; its id is the order of creation."""
        record, self._next = self._next, self._next + 1
        row: Row = {field.key: None for field in self.model.entity(entity).fields}
        row |= {"id": record, "created_at": created_at, "updated_at": created_at, "version": Decimal(1), **values}
        self.rows[entity][record] = row
        return record

    def delete(self, entity: str, record: int) -> None:
        self.deleted.add((entity, record))

    def settle(self) -> World:
        """No more is written: snapshots are taken once."""
        self._settled = {entity.id: self.live(entity.id) for entity in self.model.entities}
        return self

    def live(self, entity: str) -> dict[int, Row]:
        """Snapshots of the live records."""
        if self._settled is not None:
            return self._settled[entity]
        return {i: self.snapshot(entity, i) for i in self.rows[entity] if (entity, i) not in self.deleted}

    def snapshot(self, entity: str, record: int) -> Row:
        row = dict(self.rows[entity][record])
        for field in self.model.entity(entity).fields:
            target = field.value_type.entity
            if field.value_type.kind is Kind.RECORD and field.key not in SELF_SPOKEN:
                row[field.key] = None if (target, row[field.key]) in self.deleted else row[field.key]
        return row

    # ---- the oracle

    def holds(self, condition: n.Condition, snapshot: Row, moment: Moment) -> bool:
        compiled: Compiled = self._once(condition, "this", compiled_condition)
        facts = [self.fact(external, moment, snapshot, None) for external in compiled.externals]
        return compiled.holds(snapshot, facts, moment)

    def _once(self, tree: n.Node, root: str, make: Any) -> Any:
        """The compiled tree, made once; the tree is kept beside it, so that its identity stays its own."""
        found = self._compiled.get((id(tree), root))
        if found is None:
            found = self._compiled[id(tree), root] = (tree, make(tree, self.model, root))
        return found[1]

    def value(self, expression: n.Expression, snapshot: Row, moment: Moment) -> Any:
        compiled = self._once(expression, "this", compiled_value)
        facts = [self.fact(external, moment, snapshot, None) for external in compiled.externals]
        return compiled.value(snapshot, facts, moment)

    def fact(self, external: Any, moment: Moment, this: Row, row: Row | None) -> Any:
        if isinstance(external, n.Path):
            return self.path(external, moment, this, row)
        collection = external.collection
        found = self._collection(collection, moment, this, row)
        time = self.model.entity(collection.entity).time_field
        now = moment.today if time.value_type.kind is Kind.DATE else moment.now
        past = [r for r in found if r[time.key] is not None and r[time.key] <= now]
        past.sort(key=lambda r: (r[time.key], r["id"]))
        if isinstance(external, n.LastAll):
            newest = past[-external.number :] if external.number else []
            good = [r for r in newest if self._inside(external.condition, r, this, moment)]
            return len(good) == external.number
        if isinstance(external, n.Quantified):
            count, number = len(found), external.number
            tests = {"no": count == 0, "any": count > 0, "at_least": count >= number, "at_most": count <= number}
            return tests.get(external.quantity, count == number)
        if external.value is None:
            return Decimal(len(found))
        timed = external.function in ("latest", "earliest")
        values = [self.path(external.value, moment, this, r) for r in (past if timed else found)]
        return _aggregate(external.function, [v for v in values if v is not None])

    def path(self, path: n.Path, moment: Moment, this: Row, row: Row | None) -> Any:
        here = {"me": self._acting(moment), "row": row, "this": this}[path.root]
        for position, field_id in enumerate(path.fields):
            if here is None:
                return None
            _, field = self.model.field(field_id)
            value = here[field.key]
            if position == len(path.fields) - 1:
                return value
            here = self.live(field.value_type.entity or "").get(value) if value is not None else None
        return here["id"] if here else None

    def _acting(self, moment: Moment) -> Row | None:
        return self.live("user").get(moment.me) if isinstance(moment.me, int) else None

    def _collection(self, collection: n.Collection, moment: Moment, this: Row, row: Row | None) -> list[Row]:
        rows: Iterable[Row]
        if not collection.hops:
            rows = self.live(collection.entity).values()
        else:
            start = row if collection.root == "row" else this
            if collection.root == "me":
                start = self._acting(moment)
            found: dict[int, Row] = {start["id"]: start} if start else {}
            for hop in collection.hops:
                entity, field = self.model.field(hop.field)
                if hop.direction == "back":
                    held = self.live(entity.id).values()
                    found = {r["id"]: r for r in held if r[field.key] in found}
                else:
                    target = self.live(field.value_type.entity or "")
                    ids = {r[field.key] for r in found.values()}
                    found = {i: r for i, r in target.items() if i in ids}
            rows = found.values()
        time = self.model.entity(collection.entity).time_field
        kept = []
        for r in rows:
            if collection.window is not None:
                value = r[time.key]
                if value is None or not moment.within(value, collection.window, time.value_type.kind):
                    continue
            if collection.where is None or self._inside(collection.where, r, this, moment):
                kept.append(r)
        return kept

    def _inside(self, condition: n.Condition, row: Row, this: Row, moment: Moment) -> bool:
        compiled: Compiled = self._once(condition, "row", compiled_condition)
        facts = [self.fact(external, moment, this, row) for external in compiled.externals]
        return compiled.holds(row, facts, moment, outer=this)

    # ---- the same rows in a database

    def store(self, connection: Connection, catalogue: Catalogue) -> None:
        """Writes every row, deleted ones with `deleted_at`; empties the tables before."""
        for link in catalogue.links.values():
            connection.execute(link.delete())
        for each in catalogue.tables.values():
            connection.execute(each.table.delete())
        for entity, rows in self.rows.items():
            table = catalogue.table(entity)
            columns = [
                {key: value for key, value in row.items() if key in table.c}
                | {"deleted_at": 1 if (entity, record) in self.deleted else None}
                for record, row in rows.items()
            ]
            if columns:
                connection.execute(table.insert(), columns)
            for field in catalogue.tables[entity].linked:
                self._store_links(connection, catalogue, field, rows)

    @staticmethod
    def _store_links(connection: Connection, catalogue: Catalogue, field: Any, rows: Mapping[int, Row]) -> None:
        values = [
            {"record": record, "position": position, "value": value}
            for record, row in rows.items()
            for position, value in enumerate(row[field.key] or ())
        ]
        if values:
            connection.execute(catalogue.links[field.id].insert(), values)


def _aggregate(function: str, values: list[Any]) -> Any:
    if function == "sum":
        return numbers.total(values)
    if function == "distinct":
        return Decimal(len({frozenset(value) if isinstance(value, tuple) else value for value in values}))
    if not values:
        return None
    picks: dict[str, Any] = {
        "avg": numbers.average,
        "min": min,
        "max": max,
        "latest": lambda v: v[-1],
        "earliest": lambda v: v[0],
    }
    return picks[function](values)
