"""Walks a grammar's table over tokens: plainly where there is one way to read, with a shared stack of ways where not.

The second is a generalised LR parse (Tomita's graph-structured stack with packing of equal stretches), so that a long
text with many doubtful places costs the sum of the doubts and not their product.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import chain

from ruleloom.dsl.keywords import valued
from ruleloom.dsl.reading.grammar import END, LITERALS, Production, Table
from ruleloom.dsl.reading.lexer import Lattice
from ruleloom.dsl.reading.syntax import Ambiguous, Part, Syntax, Token

MOST_DEEP = 100
"""Levels of nesting, and operators of one chain, that a rule may have."""
_WORK_PER_TOKEN = 400
_CHAINS = ("and_", "or_")
"""Chains that the tree holds flat, so that their length is no depth."""
_KEPT = frozenset(LITERALS) | valued() | {"EQ", "NE", "PLUS", "MINUS", "STAR", "SLASH", "THIS", "ME"}


class TooDeepError(Exception):
    """Nested too deep to be read by a person, or by us."""

    def __init__(self, start: int, end: int) -> None:
        super().__init__()
        self.start, self.end = start, end


class TooManyWaysError(Exception):
    """A text without spaces that can be divided in too many ways."""


@dataclass(slots=True)
class Stuck:
    """Where reading came to an end: the token that did not fit, and the stack that it met."""

    token: Token
    stack: list[int]
    """States of the automaton, the last is on top."""


@dataclass(slots=True)
class _Splice:
    """Children of a nameless list, kept as a chain so that long lists cost nothing to extend."""

    parts: list[object]
    start: int
    end: int


def _node(kind: str, children: tuple[Part, ...], start: int, end: int) -> Syntax:
    depth = whole = 0
    for child in children:
        depth, whole = max(depth, child.depth), whole + child.whole
    depth += 1
    if kind in _CHAINS and isinstance(children[0], Syntax) and children[0].kind == kind:
        depth = max(children[0].depth, 1 + children[-1].depth)
    if depth > MOST_DEEP:
        raise TooDeepError(start, end)
    return Syntax(kind, children, start, end, depth, whole)


# ---- one way ------------------------------------------------------------------------------------------------------

_Value = Token | Syntax | Ambiguous | _Splice


def _flat(values: list[_Value]) -> list[Part]:
    flat: list[Part] = []
    for value in values:
        if isinstance(value, _Splice):
            flat.extend(value.parts)  # type: ignore[arg-type]
        elif not isinstance(value, Token) or value.type in _KEPT:
            flat.append(value)
    return flat


def _made(production: Production, values: list[_Value], at: int) -> _Value:
    """What a production makes of the values of its symbols."""
    start, end = (values[0].start, values[-1].end) if values else (at, at)
    if production.passes and len(values) == 1 and not isinstance(values[0], Token):
        return values[0]
    if production.spliced:
        if values and isinstance(values[0], _Splice):
            head = values[0]
            head.parts.extend(_flat(values[1:]))
            head.end = end
            return head
        return _Splice(list(_flat(values)), start, end)
    return _node(production.kind, tuple(_flat(values)), start, end)


def read_line(table: Table, start: str, tokens: list[Token], stop: int) -> Syntax | Stuck:
    """Read tokens that stand in one line and end at `stop`. TooDeepError when nested too deep."""
    return _walked(table, start, iter(tokens), [table.starts[start]], stop)


def _walked(table: Table, start: str, tokens: Iterator[Token], stack: list[int], stop: int) -> Syntax | Stuck:
    """Tokens read one after the other; `stack` is that of the automaton, for who chooses the tokens."""
    states, values, final = table.states, list[_Value](), table.ends[start]
    for token in chain(tokens, (Token(END, "", stop, stop),)):
        while True:
            step = states[stack[-1]].get(token.type)
            if step is None:
                return Stuck(token, stack)
            if isinstance(step, int):
                stack.append(step)
                values.append(token)
                break
            if step.size == 1 and step.passes and not isinstance(values[-1], Token):
                stack.pop()
            else:
                size = step.size
                taken = values[len(values) - size :] if size else []
                del values[len(values) - size :], stack[len(stack) - size :]
                values.append(_made(step, taken, token.start))
            after = states[stack[-1]][step.origin]
            assert isinstance(after, int)  # noqa: S101 (a table goes somewhere after each rule)
            stack.append(after)
            if token.type == END and after == final:
                result = values[-1]
                return result if isinstance(result, Syntax) else _node("group", (result,), 0, stop)  # type: ignore[arg-type]
    raise AssertionError("a table ends at the end")


class _DoubtfulError(Exception):
    """More than one token may follow."""


def _only_way(table: Table, start: str, lattice: Lattice, begin: int, stop: int) -> Syntax | None:
    """The syntax where only one of several tokens may follow at every place; None where there is a choice or an end."""
    stack = [table.starts[start]]

    def tokens() -> Iterator[Token]:
        at = lattice.after(begin)
        while at < stop and (offered := lattice.edges.get(at)) is not None:
            fitting = [token for token in offered if _fits(table, stack, token)] if len(offered) > 1 else offered
            if len(fitting) != 1:
                raise _DoubtfulError
            yield fitting[0]
            at = lattice.after(fitting[0].end)

    try:
        found = _walked(table, start, tokens(), stack, stop)
    except _DoubtfulError:
        return None
    return found if isinstance(found, Syntax) else None


def _fits(table: Table, stack: list[int], token: Token) -> bool:
    """Whether the automaton takes a token next."""
    states, line = table.states, list(stack)
    while True:
        step = states[line[-1]].get(token.type)
        if step is None or isinstance(step, int):
            return step is not None
        del line[len(line) - step.size :]
        after = states[line[-1]][step.origin]
        assert isinstance(after, int)  # noqa: S101 (a table goes somewhere after each rule)
        line.append(after)


# ---- many ways ----------------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Edge:
    """A step down the stack with what it stands for; several things when the stretch can be read in several ways."""

    prior: _Stack | None
    values: list[object]
    built: Part | _Splice | None = None


@dataclass(slots=True, eq=False)
class _Stack:
    """A state of the automaton at a place, with every way that led there."""

    state: int
    edges: list[_Edge] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class _Reduced:
    """A production with the edges of its symbols; built into syntax at the end."""

    production: Production
    edges: tuple[_Edge, ...]
    at: int


def _paths(stack: _Stack, size: int) -> Iterator[tuple[_Stack, tuple[_Edge, ...]]]:
    """Every way down `size` steps, with the edges in the order of the text."""
    ways: list[tuple[_Stack, tuple[_Edge, ...]]] = [(stack, ())]
    for _ in range(size):
        ways = [(edge.prior, (edge, *edges)) for top, edges in ways for edge in top.edges if edge.prior is not None]
    yield from ways


class _Forest:
    """One generalised parse."""

    def __init__(self, table: Table, start: str, lattice: Lattice, begin: int, stop: int) -> None:
        self.table, self.lattice, self.begin, self.stop = table, lattice, begin, stop
        self.start, self.final = table.starts[start], table.ends[start]
        self.fronts: dict[int, dict[int, _Stack]] = {}
        self.places: list[int] = []
        self.budget = _WORK_PER_TOKEN * (stop - begin) + 10_000
        self.result: _Edge | None = None
        self.stuck: Stuck | None = None

    def read(self) -> Syntax | Stuck:
        """The syntax, with `Ambiguous` where several ways remain."""
        stop = self.stop
        first = self.lattice.after(self.begin)
        self.fronts[first] = {self.start: _Stack(self.start)}
        heappush(self.places, first)
        while self.places:
            at = heappop(self.places)
            front = self.fronts.pop(at)
            tokens = (self.lattice.edges.get(at) if at < stop else None) or [Token(END, "", stop, stop)]
            moved = [self._take(front, token) for token in tokens]
            if not any(moved):
                self.stuck = Stuck(max(tokens, key=lambda token: token.end), self._line_of(next(iter(front.values()))))
        if self.result is None:
            assert self.stuck is not None  # noqa: S101 (reading ends with a result or stuck)
            return self.stuck
        built = _Builder().edge(self.result)
        return built if isinstance(built, Syntax) else _node("group", (built,), first, stop)  # type: ignore[arg-type]

    def _line_of(self, stack: _Stack) -> list[int]:
        states = [stack.state]
        while stack.edges and stack.edges[0].prior is not None:
            stack = stack.edges[0].prior
            states.append(stack.state)
        return states[::-1]

    def _take(self, front: dict[int, _Stack], token: Token) -> bool:
        """Reduce all that the token allows, then move over it."""
        here = dict(front)
        waiting = list(front.values())
        done: set[tuple[int, tuple[int, ...]]] = set()
        shifts: dict[int, list[_Stack]] = {}
        while waiting:
            stack = waiting.pop()
            step = self.table.states[stack.state].get(token.type)
            if isinstance(step, int):
                tops = shifts.setdefault(step, [])
                if stack not in tops:
                    tops.append(stack)
            elif step is not None:
                waiting.extend(self._reduce(here, stack, step, token, done))
        for state, tops in shifts.items():
            target = self._stack_at(self.lattice.after(token.end), state)
            target.edges.extend(_Edge(top, [token]) for top in tops)
        return bool(shifts) or (token.type == END and self.result is not None)

    def _stack_at(self, place: int, state: int) -> _Stack:
        if place not in self.fronts:
            self.fronts[place] = {}
            heappush(self.places, place)
        return self.fronts[place].setdefault(state, _Stack(state))

    def _reduce(
        self,
        here: dict[int, _Stack],
        stack: _Stack,
        production: Production,
        token: Token,
        done: set[tuple[int, tuple[int, ...]]],
    ) -> list[_Stack]:
        """Apply a production on every way down; the stacks to look at because of it."""
        again: list[_Stack] = []
        for base, edges in _paths(stack, production.size):
            self.budget -= 1
            if self.budget < 0:
                raise TooManyWaysError
            key = (production.index, (id(base), *map(id, edges)))
            if key in done:
                continue
            done.add(key)
            after = self.table.states[base.state][production.origin]
            assert isinstance(after, int)  # noqa: S101 (a table goes somewhere after each rule)
            made = _Reduced(production, edges, token.start)
            again.extend(self._join(here, after, base, made))
            if token.type == END and after == self.final:
                self.result = here[after].edges[0]
        return again

    def _join(self, here: dict[int, _Stack], state: int, base: _Stack, made: _Reduced) -> list[_Stack]:
        known = here.get(state)
        if known is None:
            here[state] = _Stack(state, [_Edge(base, [made])])
            return [here[state]]
        for edge in known.edges:
            if edge.prior is base:
                edge.values.append(made)
                return []
        known.edges.append(_Edge(base, [made]))
        return list(here.values())


class _Builder:
    """Turns the shared forest into syntax, each edge once, without recursion."""

    def edge(self, top: _Edge) -> Part | _Splice:
        """What an edge stands for."""
        waiting = [top]
        while waiting:
            edge = waiting[-1]
            if edge.built is not None:
                waiting.pop()
                continue
            missing = [
                inner
                for value in edge.values
                if isinstance(value, _Reduced)
                for inner in value.edges
                if inner.built is None
            ]
            if missing:
                waiting.extend(missing)
                continue
            edge.built = self._merged([self._value(value) for value in edge.values])
            waiting.pop()
        assert top.built is not None  # noqa: S101 (just built)
        return top.built

    def _value(self, value: object) -> Part | _Splice:
        if isinstance(value, Token):
            return value
        assert isinstance(value, _Reduced)  # noqa: S101 (edges hold tokens and productions)
        parts = [edge.built for edge in value.edges if edge.built is not None]
        production = value.production
        if production.spliced:
            start, end = (parts[0].start, parts[-1].end) if parts else (value.at, value.at)
            return _Splice(list(_flat(parts)), start, end)
        return _made(production, parts, value.at)

    def _merged(self, values: list[Part | _Splice]) -> Part | _Splice:
        if len(values) == 1:
            return values[0]
        if all(isinstance(value, _Splice) for value in values):
            return max(values, key=lambda value: sum(part.whole for part in _flat([value])))
        flat = tuple(part for value in values for part in _flat([value]))
        depth = 1 + max(part.depth for part in flat)
        return Ambiguous(flat, values[0].start, values[0].end, depth, max(part.whole for part in flat))


def read(table: Table, start: str, lattice: Lattice, begin: int, stop: int) -> Syntax | Stuck:
    """The syntax of a stretch of a text, or where it stopped making sense. TooDeepError, TooManyWaysError."""
    line = lattice.line(begin, stop)
    if line is not None:
        return read_line(table, start, line, stop)
    return _only_way(table, start, lattice, begin, stop) or _Forest(table, start, lattice, begin, stop).read()
