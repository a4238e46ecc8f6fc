"""Read the records of an uploaded file, one by one."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, NamedTuple

from carafe.admin.imports.formats import Format
from carafe.tabular.csv_export import BOM, unguard

CHUNK_BYTES = 64 * 1024
MAX_COLUMNS = 200
HEADING_LENGTH = 100
# Rows below the header that determine the number of columns.
SAMPLE_ROWS = 100
# Characters. Without a limit, a file without line breaks would be read into memory.
MAX_LINE_LENGTH = 1_000_000
# Excel's first line that states the delimiter, which it does not display.
SEPARATOR_LINE = re.compile(r'"?sep=([^\w\s"\'\\]|\t)"?[ ,;\t]*(?:\r\n?|\n|\Z)', re.IGNORECASE)
# Invisible characters in a header.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class UnreadableFileError(ValueError):
    """Raised for a file that cannot be imported; the message says why, and what to do."""


class Record(NamedTuple):
    """A row of the file: its number, and its cells, or why they cannot be read."""

    number: int
    cells: list[str] | str


def iter_records(parts: Iterable[bytes], format: Format) -> Iterator[Record]:
    """Yield the rows, numbered as in spreadsheets.

    Raises `UnreadableFileError` if the rest of the file cannot be read reliably.
    """
    raw = io.BufferedReader(IteratorStream(parts), CHUNK_BYTES)
    text = io.TextIOWrapper(raw, format.encoding, "replace", newline="")
    reader = csv.reader(_lines(text, format.skip), **format.dialect)
    number, clean = format.skip, format.guards == "remove"
    while True:
        number, line = number + 1, reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num > line:
                first_line = line + format.skip
                reason = f"Can't read row {number} (line {first_line}): {_explain(error)}"
                raise UnreadableFileError(
                    f"{reason} Fix it and upload the file again, or choose other quotes below."
                ) from None
            yield Record(number, _explain(error))
        else:
            yield Record(number, [*map(unguard, cells)] if clean else cells)


def table(parts: Iterable[bytes], format: Format) -> tuple[list[str], Iterator[Record]]:
    """Return the names of the columns, and the rows below them."""
    records = iter_records(parts, format)
    names = _read_header(records) if format.heading == "yes" else []
    # An error in a sampled row is raised only when that row is read.
    sample: list[Record] = []
    error: UnreadableFileError | None = None
    try:
        sample += islice(records, SAMPLE_ROWS)
    except UnreadableFileError as reason:
        error = reason
    widths = [_width(record.cells) for record in sample if isinstance(record.cells, list)]
    width = max([_width(names), *(widths if format.heading == "no" else ())])
    width = max(width, min(len(names), max(widths, default=0)))
    if not width:
        raise UnreadableFileError("This file has no rows.")
    if width > MAX_COLUMNS:
        raise UnreadableFileError(f"This file has {width:,} columns. The limit is {MAX_COLUMNS}.")
    names = names[:width] or [f"Column {n + 1}" for n in range(width)]
    rows = chain(sample, records) if error is None else _raise_after(sample, error)
    return names, rows


def _read_header(records: Iterator[Record]) -> list[str]:
    number, cells = next(records, Record(1, []))
    if isinstance(cells, str):
        raise UnreadableFileError(f"Can't read row {number}: {cells}")
    names = [_name(cell) for cell in cells]
    if not any(names):
        raise UnreadableFileError(
            f"Row {number} is empty. It must contain the column names. "
            "Choose how many lines to skip below."
        )
    return names


def _raise_after(records: Iterable[Record], error: UnreadableFileError) -> Iterator[Record]:
    yield from records
    raise error


def is_blank(cells: list[str] | str) -> bool:
    return isinstance(cells, list) and not _width(cells)


def _width(cells: list[str]) -> int:
    """Return the number of cells, without empty ones at the end."""
    return max((n for n, cell in enumerate(cells, 1) if cell and not cell.isspace()), default=0)


def _name(cell: str) -> str:
    # Errors contain the names, and PostgreSQL does not store a NUL.
    text = INVISIBLE.sub("", cell.replace("\0", "\ufffd"))
    return " ".join(text.split())[:HEADING_LENGTH]


def _explain(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text:
        return f"a cell is longer than {csv.field_size_limit():,} characters."
    if "unexpected end" in text:
        return "a quote is never closed."
    return "there is text after a closing quote."


def _lines(text: io.TextIOWrapper, skip: int) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE_LENGTH):
        if not number:
            line = line.lstrip(BOM)
            if SEPARATOR_LINE.fullmatch(line):
                continue
        number += 1
        if len(line) >= MAX_LINE_LENGTH:
            raise UnreadableFileError(
                f"Line {number:,} is longer than {MAX_LINE_LENGTH:,} characters."
            )
        if number > skip:
            yield line


class IteratorStream(io.RawIOBase):
    """A readable stream of the parts of a file."""

    def __init__(self, parts: Iterable[bytes]):
        self._parts, self._rest = iter(parts), memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._parts, b""))
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count
