"""Measures, for each way of getting a rule wrong, how often place and fix are right.

`python -m tests.dsl.faults.rates [faults per kind] [kind]` prints the rates, and with a kind what went wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from random import Random

import click

from tests.dsl.faults.bases import bases
from tests.dsl.faults.judge import Verdict, judge
from tests.dsl.faults.operators import OPERATORS, UNKNOWABLE, faults

SEED = 20260131


def verdicts(number: int, names: Iterable[str] = tuple(OPERATORS)) -> dict[str, list[Verdict]]:
    """What was said of `number` faults of each kind; texts that are right after all are left out."""
    found: dict[str, list[Verdict]] = {}
    for name in names:
        judged = [judge(fault) for fault in faults(name, bases(), number, Random(f"{SEED} {name}"))]  # noqa: S311
        found[name] = [each for each in judged if each is not None]
    return found


def share(of: Iterable[bool]) -> float:
    """How many of some answers are yes."""
    answers = list(of)
    return sum(answers) / len(answers) if answers else 1.0


def line(name: str, found: list[Verdict]) -> str:
    """One row of the table of rates."""
    fixes = [each.fix for each in found if each.fault.operator not in UNKNOWABLE]
    shown = f"{share(fixes):>6.1%}" if fixes else "     –"
    return f"{name:<24}{len(found):>6}  place {share(each.place for each in found):>6.1%}  fix {shown}"


def main() -> None:
    """Print the rates."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    found = verdicts(number, sys.argv[2:] or OPERATORS)
    for name, rows in found.items():
        click.echo(line(name, rows))
    click.echo(line("all", [one for rows in found.values() for one in rows]))
    for each in (one for rows in found.values() for one in rows) if len(sys.argv) > 2 else ():
        if not (each.place and each.fix):
            click.echo(
                f"{'' if each.place else 'PLACE '}{'' if each.fix else 'FIX '}{each.fault.start}-{each.fault.end}"
            )
            click.echo(f"    {each.fault.text!r}\n    {each.said}")


if __name__ == "__main__":
    main()
