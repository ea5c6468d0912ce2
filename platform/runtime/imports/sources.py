"""Files as rows of text: CSV (also gzipped) as a stream, XLSX sheet by sheet; encodings and separators found out.

Every cell comes out as text; what it means is the plan's business. Row numbers are those that a spreadsheet shows:
the header is row 1.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any, Literal
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ruleloom.messages import Diagnostic, RuleloomError

ENCODINGS = ("utf-8-sig", "utf-8", "gb18030", "utf-16")
SEPARATORS = (",", "\t", ";", "|")
LONGEST_CELL = 1_000_000
LARGEST_UNPACKED = 4 * 1024**3
_CHUNK = 1 << 20
UNDECODABLE = "\ufffd"
LARGEST_WORKBOOK = 1024**3
"""Bytes of all parts of a workbook, unpacked: more is a mistake, or meant to hurt."""
_BROKEN = (EOFError, gzip.BadGzipFile, zlib.error, OSError)
_BROKEN_BOOK = (
    BadZipFile,
    InvalidFileException,
    ParseError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    *_BROKEN,
)
"""What the reader of workbooks raises for parts that are not as they should be."""

Cells = Sequence[str]
Format = Literal["csv", "xlsx"]


class FileUnreadable(RuleloomError):
    """The file as a whole cannot be read: wrong kind, broken, or without a header."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the file; `cells` is as long as the header, `extra` is what stood beyond it."""

    number: int
    cells: Cells
    extra: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file: what it is and which columns it has."""

    path: Path
    format: Format
    columns: tuple[str, ...]
    encoding: str = "utf-8"
    separator: str = ","
    sheet: str | None = None
    sheets: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """All rows below the header, blank ones left out; may be called again for another pass."""
        with _records(self) as records:
            width = len(self.columns)
            next(records, None)
            for number, cells in records:
                if any(cells):
                    yield Row(number, _padded(cells, width), max(0, len(cells) - width))


def open_source(
    path: Path, *, name: str | None = None, encoding: str | None = None, sheet: str | None = None
) -> Source:
    """Looks into a file. `name` is what the person called it; FileUnreadable says what is wrong."""
    called = (name or path.name).casefold()
    if called.endswith((".xlsx", ".xlsm")):
        return _open_xlsx(path, sheet)
    if called.endswith(".xls"):
        raise FileUnreadable.of("import-old-excel")
    found = encoding or _encoding_of(path)
    separator = _separator_of(path, found)
    draft = Source(path, "csv", (), found, separator)
    return Source(path, "csv", _header(draft), found, separator)


def _open_xlsx(path: Path, sheet: str | None) -> Source:
    with _workbook(path) as book:
        sheets = tuple(book.sheetnames)
    if sheet is not None and sheet not in sheets:
        raise FileUnreadable(Diagnostic("import-no-such-sheet", params={"sheet": sheet, "sheets": sheets}))
    draft = Source(path, "xlsx", (), sheet=sheet or _first_filled(path, sheets), sheets=sheets)
    return Source(path, "xlsx", _header(draft), sheet=draft.sheet, sheets=sheets)


def _first_filled(path: Path, sheets: tuple[str, ...]) -> str:
    """The first sheet that holds anything; another one can be chosen afterwards."""
    for sheet in sheets:
        with _records(Source(path, "xlsx", (), sheet=sheet, sheets=sheets)) as records:
            if any(cell.strip() for _, cells in records for cell in cells):
                return sheet
    return sheets[0]


def _header(draft: Source) -> tuple[str, ...]:
    with _records(draft) as records:
        first = next(records, None)
    if first is None or not any(first[1]):
        raise FileUnreadable.of("import-empty-file")
    names = [name.strip() or f"#{place}" for place, name in enumerate(first[1], start=1)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise FileUnreadable(Diagnostic("import-column-twice", params={"columns": twice}))
    return tuple(names)


def _padded(cells: list[str], width: int) -> list[str]:
    return cells[:width] if len(cells) >= width else cells + [""] * (width - len(cells))


@contextmanager
def _records(source: Source) -> Iterator[Iterator[tuple[int, list[str]]]]:
    """All records with their row numbers, the header included."""
    if source.format == "xlsx":
        with _workbook(source.path) as book:
            yield _sheet_records(book, source.sheet)
        return
    with _text(source.path, source.encoding) as stream:
        yield _csv_records(stream, source.separator)


def _csv_records(stream: IO[str], separator: str) -> Iterator[tuple[int, list[str]]]:
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(stream, delimiter=separator)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield number, cells
    except csv.Error as error:
        raise FileUnreadable(
            Diagnostic("import-broken-row", params={"row": number + 1, "reason": str(error)})
        ) from error
    except _BROKEN as error:
        raise FileUnreadable(Diagnostic("import-cut-off", params={"row": number + 1})) from error


def _sheet_records(book: Any, name: str | None) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        sheet = book[name or book.sheetnames[0]]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            texts = [_cell_text(cell) for cell in cells]
            while texts and not texts[-1]:
                texts.pop()
            yield number, texts
    except _BROKEN_BOOK as error:
        raise FileUnreadable(Diagnostic("import-cut-off", params={"row": number + 1})) from error


def _cell_text(cell: Any) -> str:
    """A spreadsheet's value as the text that the same cell would have in a CSV file."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    text = cell.isoformat() if isinstance(cell, date | time) else str(cell)
    if len(text) > LONGEST_CELL:
        raise ValueError(f"a cell of {len(text)} characters")
    return text


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    """Opened as bytes: an uploaded file is kept under a name without the ending that the reader asks for."""
    with path.open("rb") as raw:
        try:
            _require_bounded(raw)
            book = load_workbook(raw, read_only=True, data_only=True)
        except _BROKEN_BOOK as error:
            raise FileUnreadable.of("import-not-a-workbook") from error
        if not book.sheetnames:
            raise FileUnreadable.of("import-not-a-workbook")
        try:
            yield book
        finally:
            book.close()


def _require_bounded(raw: IO[bytes]) -> None:
    """Before anything is unpacked: what the parts say of their size is what the reader lets them have."""
    with ZipFile(raw) as packed:
        if sum(part.file_size for part in packed.infolist()) > LARGEST_WORKBOOK:
            raise FileUnreadable(Diagnostic("import-too-large", params={"limit": LARGEST_WORKBOOK >> 20}))
    raw.seek(0)


@contextmanager
def _bytes(path: Path) -> Iterator[IO[bytes]]:
    """The file's bytes, unpacked when they begin as gzip does."""
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        if not packed:
            yield raw
            return
        with gzip.GzipFile(fileobj=raw) as unpacked:
            yield unpacked  # type: ignore[misc]  # GzipFile reads like any binary file


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[IO[str]]:
    with _bytes(path) as raw:
        stream = io.TextIOWrapper(raw, encoding, errors="replace", newline="")
        try:
            yield stream
        finally:
            stream.detach()


def _encoding_of(path: Path) -> str:
    """The first encoding in which all bytes of the file mean something."""
    with _bytes(path) as raw:
        start = _read(raw, 4)
    if start.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for encoding in ("utf-8", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise FileUnreadable(Diagnostic("import-unknown-encoding", params={"encodings": ENCODINGS}))


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with _bytes(path) as raw:
        try:
            while chunk := _read(raw, _CHUNK):
                read += len(chunk)
                if read > LARGEST_UNPACKED:
                    raise FileUnreadable(Diagnostic("import-too-large", params={"limit": LARGEST_UNPACKED >> 20}))
                if b"\0" in chunk:
                    raise FileUnreadable.of("import-not-text")
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _read(raw: IO[bytes], size: int) -> bytes:
    try:
        return raw.read(size)
    except _BROKEN as error:
        raise FileUnreadable(Diagnostic("import-cut-off", params={"row": "?"})) from error


def _separator_of(path: Path, encoding: str) -> str:
    """The separator that the header has most of, quoted stretches left out."""
    try:
        with _text(path, encoding) as stream:
            line = stream.readline(LONGEST_CELL)
    except LookupError as error:
        raise FileUnreadable(Diagnostic("import-unknown-encoding", params={"encodings": ENCODINGS})) from error
    bare = "".join(part for place, part in enumerate(line.split('"')) if place % 2 == 0)
    return max(SEPARATORS, key=bare.count)
