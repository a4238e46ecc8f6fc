"""The rows of an uploaded file, one record after the other."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

from carafe.admin.imports.formats import Format
from carafe.tabular.csv_export import BOM, unguard

CHUNK_BYTES = 64 * 1024
MAX_COLUMNS = 200
HEADING_LENGTH = 100
# Rows below the heading that show how many columns there are.
LOOKED_AT = 100
# Characters. A file without ends of lines would be read into memory as one.
MAX_LINE_LENGTH = 1_000_000
# Excel's own first line, which names the delimiter, and which it does not show.
SEPARATOR_LINE = re.compile(r'"?sep=([^\w\s"\'\\]|\t)"?[ ,;\t]*(?:\r\n?|\n|\Z)', re.IGNORECASE)
# What nobody sees in a heading.
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


class UnreadableFileError(ValueError):
    """This is no file to import; the text says why, and what to do."""


def iter_records(parts: Iterable[bytes], format: Format) -> Iterator[tuple[int, Any]]:
    """Yield number and cells of each row, as spreadsheets count them.

    In place of cells that cannot be read a text says why. Raises `RefusedError` where all that
    follows cannot be trusted.
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
                at = line + format.skip
                reason = f"Row {number}, from line {at} on, cannot be read: {_explain(error)}"
                raise UnreadableFileError(
                    f"{reason} Correct it and upload the file again, or choose other quotes below."
                ) from None
            yield number, _explain(error)
        else:
            yield number, [*map(unguard, cells)] if clean else cells


def table(parts: Iterable[bytes], format: Format) -> tuple[list[str], Iterator[tuple[int, Any]]]:
    """Return the names of the columns, and the rows below them."""
    rows = _until_refused(iter_records(parts, format))
    names: list[str] = []
    if format.heading == "yes":
        number, cells = _raised(next(rows, (1, [])))
        if isinstance(cells, str):
            raise UnreadableFileError(f"Row {number} cannot be read: {cells}")
        names = [_name(cell) for cell in cells]
        if not any(names):
            raise UnreadableFileError(
                f"Row {number} is empty. It should contain the column names. "
                "Choose how many lines to skip below."
            )
    # Errors among them come when their turn comes.
    first = list(islice(rows, LOOKED_AT))
    widths = [_width(cells) for _, cells in first if isinstance(cells, list)]
    width = max([_width(names), *(widths if format.heading == "no" else ())])
    width = max(width, min(len(names), max(widths, default=0)))
    if not width:
        raise UnreadableFileError("This file has no rows.")
    if width > MAX_COLUMNS:
        raise UnreadableFileError(f"This file has {width:,} columns. The limit is {MAX_COLUMNS}.")
    names = names[:width] or [f"Column {n + 1}" for n in range(width)]
    return names, map(_raised, chain(first, rows))


def is_blank(cells: Any) -> bool:
    return isinstance(cells, list) and not _width(cells)


def _width(cells: list[str]) -> int:
    """Return how many cells there are without empty ones at the end."""
    return max((n for n, cell in enumerate(cells, 1) if cell and not cell.isspace()), default=0)


def _name(cell: str) -> str:
    # NUL, which PostgreSQL does not store, would stand in what is said of errors.
    text = INVISIBLE.sub("", cell.replace("\0", "\ufffd"))
    return " ".join(text.split())[:HEADING_LENGTH]


def _until_refused(rows: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    try:
        yield from rows
    except UnreadableFileError as reason:
        yield 0, reason


def _raised(row: tuple[int, Any]) -> tuple[int, Any]:
    if isinstance(row[1], UnreadableFileError):
        raise row[1]
    return row


def _explain(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text:
        return f"a cell has more than {csv.field_size_limit():,} characters."
    if "unexpected end" in text:
        return "a quote is opened and never closed."
    return "there is text behind a closing quote."


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
    """Parts of a file, as one that can be read."""

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
