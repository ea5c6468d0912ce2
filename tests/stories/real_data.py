"""Where the real data sets are: `RULELOOM_DATA`, else `../shared/data`, else committed excerpts, which is said."""

from __future__ import annotations

import csv
import gzip
import io
import os
from collections.abc import Iterator
from pathlib import Path

FULL = os.environ.get("RULELOOM_SIZE") == "full" or bool(os.environ.get("RULELOOM_FULL"))
"""Nightly: the whole files and the whole numbers."""
REDUCED = 12_000
"""Order lines that an ordinary test run takes."""
_ROOT = Path(__file__).parents[2]
_EXCERPTS = Path(__file__).parent / "data"
_EXCERPT_NAMES = {"lines.csv.gz": "online_retail_lines.csv.gz", "sales_pipeline.csv": "sales_pipeline.csv.gz"}


def data_file(folder: str, name: str) -> Path:
    """The file of a data set; where there is none, its excerpt, with a warning that is not an error."""
    for root in (os.environ.get("RULELOOM_DATA"), str(_ROOT.parent / "shared" / "data")):
        path = Path(root or "") / folder / name
        if root and path.exists():
            return path
    print(f"\n{folder}/{name}: data set not found, running on the committed excerpt (set RULELOOM_DATA)")  # noqa: T201
    return _EXCERPTS / _EXCERPT_NAMES.get(name, name)


def order_lines(folder: Path) -> Path:
    """The order lines as a file: all of them nightly, otherwise the first `REDUCED`."""
    source = data_file("online_retail", "lines.csv.gz")
    if FULL:
        return source
    path = folder / "lines.csv.gz"
    with (
        gzip.open(source, "rt", encoding="utf-8", newline="") as whole,
        gzip.open(path, "wt", encoding="utf-8", newline="") as part,
    ):
        for number, line in enumerate(whole):
            if number > REDUCED:
                break
            part.write(line)
    return path


def raw_rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of a file by arithmetic's own eyes: the csv module and nothing of ours."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8")
    yield from csv.DictReader(io.StringIO(text, newline=""))


__all__ = ["FULL", "data_file", "order_lines", "raw_rows"]
