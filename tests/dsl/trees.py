"""Random well-typed trees over the tests' workspace, as the checker would make them."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from ruleloom.dsl import nodes as n
from ruleloom.dsl.types import BOOLEAN, DATE, DATETIME, NUMBER, TEXT, Kind, ValueType
from ruleloom.forms.entity import Entity, Model

SMALL = (n.Unit.MINUTES, n.Unit.HOURS)
_NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=6
)
TEXTS = _NAMES.map(lambda text: __import__("unicodedata").normalize("NFC", text))


class Trees:
    """Strategies of trees about one entity's records."""

    def __init__(self, model: Model, entity: Entity, row: Entity | None = None, depth: int = 2) -> None:
        self.model, self.entity, self.row, self.depth = model, entity, row, depth

    @property
    def home(self) -> Entity:
        return self.row or self.entity

    def paths(self, *kinds: Kind, own: bool = False) -> st.SearchStrategy[n.Path]:
        found = [
            n.Path("row" if self.row else "this", (field.id,), field.value_type)
            for field in self.home.fields
            if field.value_type.kind in kinds and not (own and field.system)
        ]
        if self.row is not None:
            found += [
                n.Path("this", (field.id,), field.value_type)
                for field in self.entity.fields
                if field.value_type.kind in kinds
            ]
        return st.sampled_from(found)

    def has(self, *kinds: Kind) -> bool:
        return any(field.value_type.kind in kinds for field in self.home.fields)

    def numbers(self, depth: int = 1) -> st.SearchStrategy[n.Expression]:
        literal = st.decimals(-(10**9), 10**9, places=3).map(lambda d: n.Constant(_short(d), NUMBER))
        leaves = st.one_of(literal, self.paths(Kind.NUMBER))
        if depth <= 0:
            return leaves
        inner = self.numbers(depth - 1)
        moments = self.paths(Kind.DATETIME)
        return st.one_of(
            leaves,
            st.builds(n.Arithmetic, st.sampled_from("+-*/"), inner, inner),
            st.builds(n.Negative, inner.filter(lambda e: not isinstance(e, n.Constant) or not e.value)),
            st.builds(n.Elapsed, st.sampled_from(["days", "hours"]), st.sampled_from(["since", "until"]), moments),
            st.builds(lambda e: n.Call("abs", (e,), NUMBER), inner),
            st.builds(lambda a, b: n.Call("max", (a, b), NUMBER), inner, inner),
            st.builds(lambda c, a: n.Call("if", (c, a), NUMBER), self.conditions(0), inner),
            self.aggregates(depth - 1),
        )

    def aggregates(self, depth: int) -> st.SearchStrategy[n.Expression]:
        collections = self.collections(depth)
        return collections.map(lambda found: n.Aggregate("count", found, None, NUMBER))

    def durations(self, *, small: bool = True) -> st.SearchStrategy[n.Duration]:
        units = [unit for unit in n.Unit if small or unit not in SMALL]
        return st.builds(n.Duration, st.integers(0, 90), st.sampled_from(units))

    def windows(self, *, small: bool = True) -> st.SearchStrategy[n.Window]:
        calendrical = [n.Calendrical("this", unit) for unit in ("day", "week", "month", "quarter", "year")]
        calendrical += [n.Calendrical("previous", unit) for unit in ("week", "month", "quarter", "year")]
        rolling = st.builds(n.Rolling, st.sampled_from(["last", "next"]), self.durations(small=small))
        return st.one_of(st.sampled_from(calendrical), rolling)

    def collections(self, depth: int) -> st.SearchStrategy[n.Collection]:
        found = [
            each for each in self.home.collections if self.model.entity(each.entity).key in ("order", "visit", "line")
        ]
        if not found:
            found = [each for each in self.entity.collections if each.name in ("orders", "visits")]
            root: n.Root = "this"
        else:
            root = "row" if self.row else "this"

        def make(each: object) -> st.SearchStrategy[n.Collection]:
            entity = self.model.entity(each.entity)  # type: ignore[attr-defined]
            small = entity.time_field.value_type.kind is Kind.DATETIME
            where = Trees(self.model, self.entity, entity, depth).conditions(depth, change=False)
            return st.builds(
                n.Collection,
                st.just(root),
                st.just((n.Hop(each.via, "back"),)),  # type: ignore[attr-defined]
                st.just(entity.id),
                st.none() | where if depth > 0 else st.none(),
                st.none() | self.windows(small=small),
            )

        return st.sampled_from(found).flatmap(make)

    def leaves(self, depth: int) -> st.SearchStrategy[n.Condition]:
        numbers = self.numbers(depth)
        compare = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
        moments = self.paths(Kind.DATETIME)
        found = [
            st.builds(n.Compare, compare, numbers, numbers),
            st.builds(n.Between, numbers, numbers, numbers),
            st.builds(n.OneOf, numbers, st.lists(numbers, min_size=1, max_size=2).map(tuple)),
            st.builds(n.IsEmpty, numbers),
            st.builds(n.Within, moments, self.windows()),
            st.builds(n.OlderThan, moments, self.durations()),
            st.builds(n.Compare, compare, moments, st.integers(0, 4 * 10**15).map(lambda i: n.Constant(i, DATETIME))),
            st.builds(
                n.Compare,
                compare,
                moments,
                st.builds(n.Shift, st.just(n.Now()), st.sampled_from([1, -1]), self.durations()),
            ),
            st.builds(n.Compare, compare, moments, st.integers(0, 40000).map(lambda i: n.Constant(i, DATE))),
        ]
        if self.has(Kind.TEXT):
            texts = self.paths(Kind.TEXT)
            constants = TEXTS.map(lambda text: n.Constant(text, TEXT))
            found += [
                st.builds(n.Compare, compare, texts, constants),
                st.builds(n.Match, st.sampled_from(["contains", "starts", "ends"]), texts, constants),
            ]
        if self.has(Kind.BOOLEAN):
            booleans = self.paths(Kind.BOOLEAN)
            found += [
                st.builds(n.Truth, booleans),
                st.builds(
                    n.Compare,
                    st.sampled_from(["=", "!="]),
                    booleans,
                    st.booleans().map(lambda b: n.Constant(b, BOOLEAN)),
                ),
            ]
        if self.has(Kind.CHOICE):
            found.append(self.paths(Kind.CHOICE).flatmap(self._chosen))
        return st.one_of(found)

    def _chosen(self, path: n.Path) -> st.SearchStrategy[n.Condition]:
        _, field = self.model.field(path.fields[-1])
        options = st.sampled_from([n.Constant(o.value, ValueType(Kind.CHOICE, field=field.id)) for o in field.options])
        return st.one_of(
            st.builds(n.Compare, st.sampled_from(["=", "!="]), st.just(path), options),
            st.builds(n.OneOf, st.just(path), st.lists(options, min_size=1, max_size=2).map(tuple)),
        )

    def conditions(self, depth: int | None = None, *, change: bool = False) -> st.SearchStrategy[n.Condition]:
        depth = self.depth if depth is None else depth
        leaves = self.leaves(max(0, depth - 1))
        if depth <= 0:
            return leaves
        inner = self.conditions(depth - 1)
        found = [
            leaves,
            st.lists(inner.filter(lambda c: not isinstance(c, n.And)), min_size=2, max_size=3).map(
                lambda items: n.And(tuple(items))
            ),
            st.lists(inner.filter(lambda c: not isinstance(c, n.Or)), min_size=2, max_size=3).map(
                lambda items: n.Or(tuple(items))
            ),
            st.builds(n.Not, inner),
            *([] if self.row else [st.builds(n.Held, inner, self.durations())]),
            st.builds(n.Quantified, st.just("no"), st.just(0), self.collections(depth - 1)),
            st.builds(n.Quantified, st.just("any"), st.just(1), self.collections(depth - 1)),
            st.builds(
                n.Quantified,
                st.sampled_from(["at_least", "at_most", "exactly"]),
                st.integers(0, 9),
                self.collections(depth - 1),
            ),
            self.collections(0).flatmap(self._last_all),
        ]
        if change:
            path = self.paths(Kind.NUMBER, own=True)
            found += [
                st.builds(n.RecordIs, st.sampled_from(["created", "updated", "deleted"])),
                st.builds(n.Changes, path, st.none(), st.none() | st.just(n.Empty())),
                st.builds(n.Trend, path, st.sampled_from(["rises", "falls"])),
                st.builds(n.ChangesBy, path, st.integers(1, 300).map(lambda i: _short(Decimal(i) / 100))),
                st.builds(lambda p: n.Compare(">", n.Previous(p), p), path),
            ]
        return st.one_of(found)

    def _last_all(self, collection: n.Collection) -> st.SearchStrategy[n.Condition]:
        row = self.model.entity(collection.entity)
        holds = Trees(self.model, self.entity, row, 0).conditions(0)
        return st.builds(n.LastAll, st.integers(1, 5), st.just(collection), holds)


def _short(number: Decimal) -> Decimal:
    return number.to_integral_value() if number == number.to_integral_value() else number.normalize()
