"""Detects the format of an uploaded file; its page shows the result, and lets users correct it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import islice
from typing import IO, NamedTuple

from carafe.admin.imports.encodings import UTF_8, UTF_16, guess_encoding
from carafe.admin.imports.formats import DELIMITERS, MAX_SKIPPED, Format
from carafe.admin.imports.normalization import detect_date_order, detect_decimal_mark
from carafe.admin.imports.reading import CHUNK_BYTES, SEPARATOR_LINE, UnreadableFileError
from carafe.admin.imports.signatures import ARCHIVES, SAVE_AS, SIGNATURES, TEXTS
from carafe.database.aliases import JSONObject
from carafe.tabular.csv_export import BOM

SAMPLE_ROWS = 200
# Rows above a heading, such as a title or the date of a report.
MAX_ROWS_ABOVE = 20

# Values that are data, not a column's name.
DATA = re.compile(
    r"\S+@\S+\.\S+|[-+]?[\d.,' ]*\d[\d.,' ]*|\d{1,4}([./-])\d{1,2}\1\d{1,4}.*|\w+://\S+"
    r"|true|false|[\da-f]{8}-[\da-f-]{27}",
    re.I,
)


class Detected(NamedTuple):
    """A format, and what the user has to decide before the import.

    `encodings` are those that are all likely; `garbled` is a word that another program garbled.
    """

    format: Format
    doubts: JSONObject


def detect(file: IO[bytes], matches: Callable[[Sequence[str]], int]) -> Detected:
    """Detect the format of a file from its start; the file is rewound afterwards.

    `matches` returns how many column names are known. Raise `UnreadableFileError` if it isn't CSV.
    """
    head = file.read(CHUNK_BYTES)
    file.seek(0)
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n,;|"):
        raise UnreadableFileError("This file is empty.")
    for start, kind in SIGNATURES.items():
        if head.startswith(start):
            kind = next((name for mark, name in ARCHIVES.items() if mark in head[:4000]), kind)
            raise UnreadableFileError(f"This is {kind}, not a CSV file. {SAVE_AS}")
    guess = guess_encoding(file)
    file.seek(0)
    text = head.decode(guess.encoding, "replace").lstrip(BOM)
    for pattern, kind in TEXTS.items():
        if pattern.match(text.lstrip()):
            raise UnreadableFileError(f"This is {kind}, not a CSV file. {SAVE_AS}")
    if len(head) == CHUNK_BYTES:  # the last line is cut off, so ignore it
        text = text[: max(text.rfind("\n"), text.rfind("\r")) + 1] or text
    format = _format(text, guess.encoding, matches)
    doubts: JSONObject = {}
    if guess.others:
        doubts["encodings"] = [guess.encoding, *guess.others]
    if garbled := _garbled(text, guess.encoding):
        doubts["garbled"] = garbled
    return Detected(format, doubts)


class Reading(NamedTuple):
    """The start of a file, read with one pair of delimiter and quotes."""

    delimiter: str
    quote: str
    rows: list[list[str]]
    # The line in which each row begins.
    lines: list[int]
    is_broken: bool
    # The index of the row that is most likely the heading, and how many of its names are known.
    place: int
    header_matches: int

    @property
    def likelihood(self) -> tuple[int, bool, bool, float]:
        """Return what makes this reading likelier than another; the first difference decides."""
        cells = [text for row in self.rows for cell in row if (text := cell.strip())]
        quoted = sum(len(c) > 1 and c[0] == c[-1] and c[0] in "\"'" for c in cells)
        widths = Counter(len(row) for row in self.rows)
        [(width, count)] = widths.most_common(1) or [(0, 1)]
        share = count / max(len(self.rows), 1) if width > 1 else 0
        return self.header_matches, not self.is_broken, quoted <= len(cells) / 2, share


def _format(text: str, encoding: str, matches: Callable[[Sequence[str]], int]) -> Format:
    declared = SEPARATOR_LINE.match(text)
    text = text[declared.end() :] if declared else text
    delimiters = [declared[1]] if declared else list(DELIMITERS)
    readings = [
        _read(text, Format(encoding, delimiter, quote), matches)
        for delimiter in delimiters
        for quote in _quotes(text, delimiter)
    ]
    best = max(readings, key=lambda reading: reading.likelihood)
    rows = best.rows[best.place :]
    has_heading = best.header_matches or not any(
        map(DATA.fullmatch, map(str.strip, (rows or [[]])[0]))
    )
    cells = [cell.strip() for row in rows for cell in row]
    return Format(
        encoding,
        best.delimiter,
        best.quote,
        skip=min(best.lines[best.place], MAX_SKIPPED) if rows else 0,
        heading="yes" if has_heading else "no",
        decimal=detect_decimal_mark(cells),
        dates=detect_date_order(cells),
    )


def _quotes(text: str, delimiter: str) -> Iterable[str]:
    """Return the likely quotes. Only users choose to have none."""
    yield '"'
    after = re.escape(delimiter)
    if re.search(rf'{after} +"', text):
        yield ' "'
    if '\\"' in text:
        yield '\\"'
    if re.search(rf"(?:^|[\r\n]|{after})'[^'\r\n]*'(?:{after}|[\r\n]|$)", text):
        yield "'"


def _read(text: str, format: Format, matches: Callable[[Sequence[str]], int]) -> Reading:
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), **format.dialect)
    is_broken = False
    while len(rows) < SAMPLE_ROWS:
        line = reader.line_num
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error:
            is_broken = True
            continue
        while row and not row[-1].strip():
            row.pop()
        if row:
            rows.append(row)
            lines.append(line)
    counts = [matches(row) for row in rows[:MAX_ROWS_ABOVE]]
    place = max(range(len(counts)), key=counts.__getitem__, default=0)
    # A row of data may contain a column's name, but what is above a heading is narrower.
    is_heading = counts and (counts[place] > 1 or counts[place] == len(rows[place]))
    if not is_heading or any(len(row) >= len(rows[place]) for row in rows[:place]):
        place = 0
    return Reading(
        format.delimiter,
        format.quote,
        rows,
        lines,
        is_broken,
        place,
        counts[place] if counts else 0,
    )


def _garbled(text: str, encoding: str) -> str:
    """Return a word of UTF-8 that was misread as Windows-1252 and saved that way."""
    if encoding not in (UTF_8, UTF_16):
        return ""
    words = (match[0] for match in re.finditer(r"[\w\x80-\uffff]+", text))
    for word in islice((word for word in words if not word.isascii()), SAMPLE_ROWS):
        with suppress(UnicodeError):
            if word.encode("cp1252").decode("utf-8") != word:
                return word
    return ""
