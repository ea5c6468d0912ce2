"""Entity tables in a SQLite in memory, filled with snapshots from elsewhere, for asking conditions in SQL.

`simulate --backend sql` and tests use it; a workspace's own records are in `records`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Select, bindparam, insert, select

from ruleloom.dsl import nodes as n
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.types import Value
from ruleloom.engine.store import Snapshot
from ruleloom.forms.entity import Model
from ruleloom.storage.database import Database
from ruleloom.storage.schema.catalogue import Catalogue
from ruleloom.storage.sql.trees import to_sql


class Mirror:
    """The tables of a model, empty at first. Ids, and references in snapshots, are integers."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._catalogue = Catalogue(model)
        self._database = Database("sqlite://")
        with self._database.write() as connection:
            self._catalogue.metadata.create_all(connection)
        self._of: tuple[object, ...] = ()
        self._asked: dict[tuple[int, str], tuple[n.Condition, Select[tuple[int]]]] = {}
        """Questions of the present moment by the identity of their condition, which is kept, and entity."""

    def replace(self, entity: str, gone: Collection[int], rows: Iterable[Snapshot]) -> None:
        """Removes records by id and puts others in."""
        place = self._catalogue.tables[entity]
        columns = set(place.table.c.keys())
        with self._database.write() as connection:
            connection.execute(place.table.delete().where(place.table.c.id.in_(gone)))
            for field in place.linked:
                link = self._catalogue.links[field.id]
                connection.execute(link.delete().where(link.c.record.in_(gone)))
            for row in rows:
                connection.execute(insert(place.table).values({k: v for k, v in row.items() if k in columns}))
                for field in place.linked:
                    values = _links(row["id"], row[field.key])
                    if values:
                        connection.execute(insert(self._catalogue.links[field.id]), values)

    def holds(self, condition: n.Condition, entity: str, record: int, moment: Moment) -> bool:
        """The truth of a level condition without `C for D` for one record."""
        if self._of != (moment.now, moment.me, moment.calendar):
            self._of = moment.now, moment.me, moment.calendar
            self._asked.clear()
        if (id(condition), entity) not in self._asked:
            self._asked[id(condition), entity] = condition, self._question(condition, entity, moment)
        _, question = self._asked[id(condition), entity]
        with self._database.read() as connection:
            return connection.execute(question, {"record": record}).first() is not None

    def _question(self, condition: n.Condition, entity: str, moment: Moment) -> Select[tuple[int]]:
        table = self._catalogue.table(entity)
        holds = to_sql(condition, self._model, self._catalogue, moment, "sqlite", table)
        return select(table.c.id).where(table.c.id == bindparam("record"), holds)


def _links(record: Value, chosen: Value) -> list[dict[str, Value]]:
    values = chosen if isinstance(chosen, tuple) else ()
    return [{"record": record, "position": position, "value": value} for position, value in enumerate(values)]
