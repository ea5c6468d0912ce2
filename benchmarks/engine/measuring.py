"""Interleaved rounds, CPU time beside wall time, and what the figures were taken on."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping

Act = Callable[[], object]


def beside(ours: Act, bare: Act, rounds: int, loops: int) -> dict[str, float]:
    """How many times the CPU of `bare` one call of `ours` takes, by many short rounds in turn.

    A shared machine changes its speed within seconds, so that only what was measured within milliseconds of each other
    is compared: `ratio` is the median over the rounds. `ratio_of_all`: of all CPU together, rare collections of
    garbage and disturbances too. Either is first in every other round.
    """
    taken: list[tuple[int, int]] = []
    for act in (ours, bare):
        _cpu(act, loops)  # the first calls compile statements and fill what is remembered
    for turn in range(rounds):
        second = _cpu(bare, loops) if turn % 2 else 0
        first = _cpu(ours, loops)
        taken.append((first, second or _cpu(bare, loops)))
    return {
        "ratio": statistics.median(first / second for first, second in taken),
        "ratio_of_all": sum(first for first, _ in taken) / sum(second for _, second in taken),
    }


def _cpu(act: Act, loops: int) -> int:
    """Nanoseconds of this process's CPU."""
    began = time.process_time_ns()
    for _ in range(loops):
        act()
    return time.process_time_ns() - began


def both(acts: Mapping[str, Act], rounds: int, loops: int) -> dict[str, dict[str, float]]:
    """Median milliseconds of one call of each act in interleaved rounds: CPU of this process, and wall."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in acts}
    for act in acts.values():
        act()
    for _ in range(rounds):
        for name, act in acts.items():
            cpu, wall = time.process_time_ns(), time.perf_counter_ns()
            for _ in range(loops):
                act()
            found[name].append(
                ((time.process_time_ns() - cpu) / loops / 1e6, (time.perf_counter_ns() - wall) / loops / 1e6)
            )
    return {
        name: {
            "cpu_ms": statistics.median(cpu for cpu, _ in taken),
            "wall_ms": statistics.median(wall for _, wall in taken),
        }
        for name, taken in found.items()
    }
