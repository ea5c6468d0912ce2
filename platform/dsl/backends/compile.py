"""Typed trees as Python functions, generated once and called often.

`compiled_condition` and `compiled_value` give what the engine calls with snapshots and gathered facts;
`predicate.predicate` gives a function of one plain mapping, for conditions that read nothing but the record itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from ruleloom.dsl import nodes as n
from ruleloom.dsl.backends.source import Source
from ruleloom.dsl.formulas import with_formulas
from ruleloom.dsl.moment import Moment
from ruleloom.dsl.reads import External, Reads, held_of, reads_of
from ruleloom.dsl.types import Value
from ruleloom.dsl.vocabulary import Vocabulary

Event = Literal["created", "updated", "deleted"]
"""What the change being processed did to the record."""

Result_co = TypeVar("Result_co", covariant=True)
_NOTHING: Mapping[str, Value] = {}


class Evaluation(Protocol[Result_co]):
    """The generated function.

    - `record`: the snapshot asked of; a deletion is asked of the state before it
    - `externals`: the values of `Compiled.externals`, in that order
    - `moment`: needed where the tree speaks of time or of `me`
    - `previous`: the snapshot before the change being processed, None on creation
    - `held`: for each `C for D` of `Compiled.held`, whether it holds
    - `change`: what the change did, None when no change is being processed
    - `outer`: the rule's record, when `record` is a row of a collection
    """

    def __call__(
        self,
        record: Mapping[str, Any],
        externals: Sequence[Any] = (),
        moment: Moment | None = None,
        previous: Mapping[str, Any] | None = None,
        held: Sequence[bool] = (),
        change: Event | None = None,
        outer: Mapping[str, Any] = _NOTHING,
    ) -> Result_co:
        """The answer; see the class for what goes in."""
        ...


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition ready to be asked."""

    condition: n.Condition
    reads: Reads
    holds: Evaluation[bool]

    @property
    def externals(self) -> tuple[External, ...]:
        """What the caller gathers, in the order in which `holds` takes their values."""
        return self.reads.externals

    @property
    def held(self) -> tuple[n.Held, ...]:
        """The `C for D` in the order in which `holds` takes them."""
        return self.reads.held


@dataclass(frozen=True, slots=True)
class CompiledValue:
    """An expression ready to be computed."""

    expression: n.Expression
    reads: Reads
    value: Evaluation[Value]

    @property
    def externals(self) -> tuple[External, ...]:
        """What the caller gathers, in the order in which `value` takes their values."""
        return self.reads.externals


def compiled_condition(
    condition: n.Condition, vocabulary: Vocabulary, root: n.Root = "this", held: tuple[n.Held, ...] | None = None
) -> Compiled:
    """A condition of a typed tree.

    `root` is `row` for the `where` of a collection. `held` numbers the `C for D` when the condition is part of a
    larger one, whose numbers its caller wants to keep (`reads.held_of` of the larger one).
    """
    condition = with_formulas(condition, vocabulary)
    reads = reads_of(condition, vocabulary, root)
    writer = Source(vocabulary, reads, root, held_of(condition) if held is None else held)
    return Compiled(condition, reads, generate(writer, f"True if {writer.condition(condition)} else False"))


def compiled_value(expression: n.Expression, vocabulary: Vocabulary, root: n.Root = "this") -> CompiledValue:
    """An expression of a typed tree; empty is None."""
    expression = with_formulas(expression, vocabulary)
    reads = reads_of(expression, vocabulary, root)
    writer = Source(vocabulary, reads, root, held_of(expression))
    return CompiledValue(expression, reads, generate(writer, writer.value(expression)))


_PARAMETERS = ("record", "externals=()", "moment=None", "previous=None", "held=()", "change=None", "outer={}")


def generate(
    writer: Source, result: str, parameters: tuple[str, ...] = _PARAMETERS, again: Callable[..., Any] | None = None
) -> Any:
    """The function that gives `result`; with `again`, values of wrong types and missing keys are handed to that."""
    lines = _body(writer, result)
    if again is not None:
        handler = "except (TypeError, KeyError):" if writer.present else "except TypeError:"
        lines = ["try:", *_indented(lines), handler, "    return again(record, moment)"]
    source = "\n".join([f"def generated({', '.join(parameters)}):", *_indented(lines)]) + "\n"
    names: dict[str, Any] = {**writer.named, "nothing": _no_value, "again": again}
    exec(compile(source, "<rule>", "exec"), names)  # noqa: S102 - our own text: constants are put in afterwards
    made = names.pop("generated")
    made.__code__ = made.__code__.replace(co_consts=_filled(made.__code__.co_consts, writer.constants))
    made.source = source
    return made


def _filled(found: tuple[Any, ...], constants: Mapping[str, Any]) -> tuple[Any, ...]:
    """The constants of a code with every mark replaced by what it stands for."""
    return tuple(
        constants.get(each, each)
        if isinstance(each, str)
        else _filled(each, constants)
        if isinstance(each, tuple)
        else each
        for each in found
    )


def _body(writer: Source, result: str) -> list[str]:
    lines = ["get = record.get"] if "get(" in result else []
    lines += [f"{name} = {code}" for name, code in writer.prelude.items()]
    return [*lines, f"return {result}"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _no_value(_key: str) -> None:
    return None
