"""How fast conditions are decided, explained, compiled and read, beside other rule engines and hand-written code.

    python benchmarks/rules/run.py [--peers FOLDER] [--rounds 15] [--rows 1000000] > figures.json

`--peers` is a folder into which `pip install --target FOLDER -r benchmarks/rules/peers.txt` has put the other engines;
those that are missing are named and left out. CPU time of this process; rounds of all contenders are interleaved, and
the median counts. All must give the same answers before anything is timed. JSON on standard output.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import gate
import stored

from ruleloom import dsl
from ruleloom.engine import explainer

Act = tuple[Callable[..., Any], tuple[Any, ...]]
"""A function and its arguments: called as they are, so that nothing else is timed."""

GOALS = {
    "gate_to_handmade": 1.1,
    "best_peer_to_gate": 4.0,
    "explanation_us": 3.0,
    "compile_us": 500.0,
    "parse_us": 2000.0,
    "sql_to_handwritten": 1.2,
}


def timed(acts: Mapping[str, Act], rounds: int, seconds: float = 0.02) -> dict[str, float]:
    """Median CPU nanoseconds of one call of each, in interleaved rounds of about `seconds` each."""
    loops = {name: _loops(act, seconds) for name, act in acts.items()}
    found: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            found[name].append(_once(act, loops[name]))
    return {name: statistics.median(each) for name, each in found.items()}


def _loops(act: Act, seconds: float) -> int:
    loops = 1
    while True:
        spent = _once(act, loops) * loops / 1e9
        if spent > seconds / 4:
            return max(1, int(loops * seconds / spent))
        loops *= 4


def _once(act: Act, loops: int) -> float:
    function, arguments = act
    turns = range(loops)
    if len(arguments) == 1:
        (argument,) = arguments
        begin = time.process_time_ns()
        for _ in turns:
            function(argument)
    else:
        begin = time.process_time_ns()
        for _ in turns:
            function(*arguments)
    return (time.process_time_ns() - begin) / loops


def gates(rounds: int) -> dict[str, Any]:
    """The gate on a plain mapping: ours, hand-made Python and the peers."""
    contenders, missing = gate.contenders()
    rows = gate.rows()
    answers = {
        name: [bool(ask(row)) for row in (rows if ours else gate.plain_rows())]
        for name, (ask, ours) in contenders.items()
    }
    expected = answers["hand-made"]
    wrong = {
        name: sum(a is not b for a, b in zip(given, expected, strict=True))
        for name, given in answers.items()
        if given != expected
    }
    own, foreign = gate.passing(), gate.plain(gate.passing())
    agreeing = {name: each for name, each in contenders.items() if name not in wrong}
    acts: dict[str, Act] = {name: (ask, (own if ours else foreign,)) for name, (ask, ours) in agreeing.items()}
    nanoseconds = timed(acts, rounds)
    peers = {name: each for name, each in nanoseconds.items() if not name.startswith(("ruleloom", "hand-made"))}
    best = min(peers, key=lambda name: peers[name], default=None)
    return {
        "rows_compared": len(rows),
        "true_answers": sum(expected),
        "disagree": wrong,
        "missing": missing,
        "nanoseconds": nanoseconds,
        "gate_to_handmade": nanoseconds["ruleloom"] / nanoseconds["hand-made"],
        "decimals_to_handmade": nanoseconds["ruleloom, decimals"] / nanoseconds["hand-made, decimals"],
        "best_peer": best,
        "best_peer_to_gate": None if best is None else peers[best] / nanoseconds["ruleloom"],
    }


def _read_gate() -> object:
    return dsl.parse(gate.TEXT, gate.MODEL, "en", entity="deal", part="condition")


def ours(rounds: int) -> dict[str, float]:
    """Explaining, compiling and reading, in microseconds."""
    model, row = gate.MODEL, gate.plain(gate.passing())
    parsed = dsl.parse(gate.TEXT, model, "en", entity="deal", part="condition")
    tree: Any = parsed.tree
    explain = explainer(tree, "deal", model)
    failing = {**row, "amount": None}
    if len(explain(failing).failing()) != 2 or not explain(row).holds:
        raise SystemExit("the explanation is wrong")
    found = timed(
        {
            "explanation_us": (explain, (row,)),
            "explanation_failing_us": (explain, (failing,)),
            "compile_us": (dsl.compile_condition, (tree, "deal", model)),
            "parse_us": (dsl.parse, (stored.RULE, stored.MODEL, "en")),
            "parse_zh_us": (dsl.parse, (stored.RULE_ZH, stored.MODEL, "zh")),
            "parse_gate_us": (_read_gate, ()),
        },
        rounds,
    )
    return {name: nanoseconds / 1000 for name, nanoseconds in found.items()}


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    cpu = ""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        cpu = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")
    except OSError:
        cpu = platform.processor()
    packages = {}
    for name in gate.PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "cpu": cpu,
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "packages": packages,
    }


def main() -> None:
    """Everything, as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", help="folder with the other engines")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--rows", type=int, default=1_000_000)
    given = parser.parse_args()
    if given.peers:
        sys.path.append(given.peers)
    found: dict[str, Any] = {"machine": machine(), "gate": gates(given.rounds), "ours": ours(given.rounds)}
    found["sql"] = stored.compare(given.rows, max(3, given.rounds // 3))
    flat = {**found["gate"], **found["ours"], **found["sql"]}
    found["goals"] = {
        name: {
            "goal": goal,
            "found": flat[name],
            "met": flat[name] is not None
            and (flat[name] >= goal if name == "best_peer_to_gate" else flat[name] <= goal),
        }
        for name, goal in GOALS.items()
    }
    sys.stdout.write(json.dumps(found, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
