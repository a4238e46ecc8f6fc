"""The rows of an uploaded file: its encoding and delimiter, and one record after the other."""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from typing import IO, Any

HEAD_BYTES = 64 * 1024
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "cp1252": "Windows-1252 (Western European)",
}
DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab"}
MOST_COLUMNS = 200
HEADING_LENGTH = 100
# Characters. A file without ends of lines would be read into memory as one.
LONGEST_LINE = 1_000_000

# How files begin that are something else.
KINDS = {
    b"PK\x03\x04": "an Excel file or another archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a compressed file",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
}
SAVE_AS = "In your spreadsheet, save it as “CSV UTF-8”, and upload that."


class RefusedError(ValueError):
    """This is no file to import; the text says why, and what to do."""


def detect(file: IO[bytes]) -> tuple[str, str]:
    """Encoding and delimiter of a file, which is read to its end and set back to its start."""
    head = file.read(HEAD_BYTES)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"):
        raise RefusedError("This file is empty.")
    for start, kind in KINDS.items():
        if head.startswith(start):
            raise RefusedError(f"This is {kind}, not CSV. {SAVE_AS}")
    encoding = _encoding(head, file)
    file.seek(0)
    line = head.decode(encoding, "replace").lstrip("\ufeff").partition("\n")[0]
    return encoding, max(DELIMITERS, key=line.count)


def _encoding(head: bytes, file: IO[bytes]) -> str:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    # Of Western text in UTF-16 every other byte is zero.
    for encoding, odd in (("utf-16-be", head[::2]), ("utf-16-le", head[1::2])):
        if odd and odd.count(0) > 0.4 * len(odd):
            return encoding
    decoder, piece = codecs.getincrementaldecoder("utf-8")(), head
    try:
        while piece:
            decoder.decode(piece)
            piece = file.read(HEAD_BYTES)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def records(parts: Iterable[bytes], encoding: str, delimiter: str) -> Iterator[tuple[int, Any]]:
    """Number and cells of each row, as spreadsheets count them: the heading is row 1.

    In place of cells that cannot be read a text says why. Raises `RefusedError` where all that
    follows cannot be trusted.
    """
    raw = io.BufferedReader(Stream(parts), HEAD_BYTES)
    reader = csv.reader(
        _lines(io.TextIOWrapper(raw, encoding, "replace", newline="")),
        delimiter=delimiter,
        strict=True,  # or it would take what follows a quote that is not closed for one cell
    )
    number = 0
    while True:
        number, line = number + 1, reader.line_num + 1
        try:
            yield number, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if reader.line_num > line:
                reason = f"Row {number}, from line {line} on, cannot be read: {_said(error)}"
                raise RefusedError(f"{reason} Correct it, and upload the file anew.") from None
            yield number, _said(error)


def heading(found: Iterator[tuple[int, Any]]) -> list[str]:
    """The names of the columns, in the first row."""
    _, cells = next(found, (1, []))
    if isinstance(cells, str):
        raise RefusedError(f"The first row cannot be read: {cells}")
    # NUL, which PostgreSQL does not store, would stand in what is said of errors.
    names = [" ".join(cell.replace("\0", "\ufffd").split())[:HEADING_LENGTH] for cell in cells]
    if not any(names):
        raise RefusedError("The first row is empty. It should hold the names of the columns.")
    if len(names) > MOST_COLUMNS:
        raise RefusedError(f"There are {len(names):,} columns; at most {MOST_COLUMNS} are read.")
    return names


def _said(error: csv.Error) -> str:
    text = str(error)
    if "field larger" in text:
        return f"a cell has more than {csv.field_size_limit():,} characters."
    if "unexpected end" in text:
        return "a quote is opened and never closed."
    return "there is text behind a closing quote."


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if len(line) >= LONGEST_LINE:
            raise RefusedError(f"Line {number:,} is longer than {LONGEST_LINE:,} characters.")
        yield line


class Stream(io.RawIOBase):
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
