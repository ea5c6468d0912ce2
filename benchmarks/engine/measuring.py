"""Interleaved rounds, CPU time beside wall time, and what the figures were taken on."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping


def both(acts: Mapping[str, Callable[[], object]], rounds: int, loops: int) -> dict[str, dict[str, float]]:
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
