"""Tables as CSV, safe to open in a spreadsheet."""

import csv
import io
import string
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

# Spreadsheets run a cell that starts like this (OWASP, "CSV Injection").
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
# What a program may skip before it looks: white space, and the mark at the start of a file.
INVISIBLE = string.whitespace + "\u00a0\u3000\ufeff"


def csv_lines(rows: Iterable[Iterable[Any]]) -> str:
    """The lines of a file; times are in UTC, and text that is a formula is told to be none."""
    buffer = io.StringIO()
    csv.writer(buffer).writerows([_cell(value) for value in row] for row in rows)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}Z"
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = str(value)
    if text.startswith(FORMULA_STARTS) or text.lstrip(INVISIBLE).startswith(FORMULA_STARTS):
        return f"'{text}"
    return text
