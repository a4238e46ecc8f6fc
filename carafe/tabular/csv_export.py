"""Tables as CSV: safe to open in a spreadsheet, and read back unchanged.

Spreadsheets run a cell that starts like a formula (OWASP, "CSV Injection"). An apostrophe makes
such cells text. Since the program that opens the file may split it differently, text after a
delimiter, a tab, or a line break inside a cell counts as the start of a cell, too. `guard` and
`unguard` are inverse for every text: one that already has an apostrophe in such a place gets
another.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum

# Without it, Excel on Windows assumes the local code page instead of UTF-8.
BOM = "\ufeff"

FORMULA = r"[=+\-@＝＋－＠]"
# What a program may skip: white space, controls, invisible characters, and quotes.
SKIPPED = r'[\s\x00-\x20"\x7f-\xa0\xad\u200b-\u200f\u2060\ufeff]'
# Excel skips a tab and line breaks even if nothing follows.
START = re.compile(rf"'*+(?:[\t\r\n]|{SKIPPED}*+{FORMULA})")
SEPARATORS = re.compile(r"[,;|\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
BETWEEN = rf"[{SKIPPED[1:-1]},;|]"
# Everything skipped or separating before a formula; most of it is only white space.
INSIDE = re.compile(rf"(?<!{BETWEEN})({BETWEEN}++)('*+)(?={FORMULA})")
# A formula's character after one of these, which most texts lack. Searching for it is faster.
SUSPECT = re.compile(rf"{FORMULA}(?<={BETWEEN[:-1]}'].)")
NUMBERS = bool, int, float, Decimal


def csv_file(names: Iterable[str], chunks: Iterable[Iterable[Iterable[object]]]) -> Iterator[str]:
    """Yield a file in pieces: its byte order mark and heading, then chunk by chunk."""
    yield BOM + iter_csv_lines([names])
    yield from map(iter_csv_lines, chunks)


def iter_csv_lines(rows: Iterable[Iterable[object]]) -> str:
    """Return rows as lines; times are in UTC."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_escape_formula(value) for value in row] for row in rows)
    return buffer.getvalue()


def guard(text: str) -> str:
    """Return the text so that no part of it can start a formula."""
    if START.match(text):
        text = f"'{text}"
    return INSIDE.sub(_guarded, text) if SUSPECT.search(text) else text


def unguard(text: str) -> str:
    """Return the text without what `guard` added."""
    text = INSIDE.sub(_unguarded, text) if SUSPECT.search(text) else text
    return text[1:] if text.startswith("'") and START.match(text) else text


def _guarded(match: re.Match[str]) -> str:
    before, apostrophes = match.groups()
    return f"{before}'{apostrophes}" if SEPARATORS.search(before) else match[0]


def _unguarded(match: re.Match[str]) -> str:
    before, apostrophes = match.groups()
    return before + apostrophes[1:] if SEPARATORS.search(before) else match[0]


def _escape_formula(value: object) -> object:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    is_number = isinstance(value, NUMBERS) and not isinstance(value, Enum)
    return value if value is None or is_number else guard(plain_text(value))


def plain_text(value: object) -> str:
    """Return a value as programs read it, with lists as JSON.

    An enum member is its value, as in the database and the API, or its name if that isn't text.
    """
    if isinstance(value, Enum):
        return value.value if isinstance(value.value, str) else value.name
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
