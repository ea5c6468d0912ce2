"""Ids and the clock: in order, alone, never backwards."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from ruleloom.runtime.ids import IdMaker
from ruleloom.runtime.people.throttle import Throttle
from ruleloom.runtime.time.clock import Clock


def test_ids_grow_also_when_the_machine_clock_steps_back() -> None:
    times = iter([1_800_000_000_000, 1_800_000_000_000, 1_799_999_999_000, 1_800_000_000_001])
    maker = IdMaker(3, lambda: next(times))
    made = [maker.next() for _ in range(4)]
    assert made == sorted(set(made))
    assert all(0 < each < 1 << 63 for each in made)


def test_more_ids_than_fit_into_a_millisecond_borrow_from_the_next() -> None:
    maker = IdMaker(0, lambda: 1_800_000_000_000)
    made = [maker.next() for _ in range(10_000)]
    assert made == sorted(set(made))


def test_threads_and_processes_never_share_an_id() -> None:
    makers = [IdMaker(number) for number in range(3)]
    with ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda number: makers[number % 3].next(), range(3_000)))
    assert len(set(made)) == 3_000


def test_the_clock_never_runs_backwards() -> None:
    times = iter([100, 90, 110])
    clock = Clock(source=lambda: next(times))
    assert [clock.now(), clock.now(), clock.now()] == [100, 100, 110]
    clock.seen(offset=0, floor=500)
    assert clock.now(real=120) == 500


def test_a_demo_is_ahead_of_real_time() -> None:
    clock = Clock(source=lambda: 100)
    assert clock.advance(50) == 50
    assert clock.now() == 150
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_a_throttle_forgets_after_its_span() -> None:
    throttle = Throttle(attempts=2, span=10, keys=2)
    assert throttle.allows("a", 0)
    throttle.failed("a", 0)
    throttle.failed("a", 5)
    assert not throttle.allows("a", 9)
    assert throttle.allows("a", 10)
    throttle.failed("b", 9)
    throttle.failed("c", 9)
    assert throttle.allows("a", 9), "the key longest unused is forgotten"
