"""Normalize numbers, dates, and times in the text of cells, and detect their formats."""

import re
from collections.abc import Iterable

THOUSANDS = re.compile(r"[\s'’]")
DAY = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})\.?(?:[T,\s]+(\d.*))?")
CLOCK = re.compile(
    r"(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?\s*(?:([AaPp])\.?[Mm]\.?)?"
    r"\s*(Z|UTC|[+-]\d\d:?\d\d)?"
)


def normalize_number(value: str, mark: str) -> str:
    """Return a number with a decimal point and without thousands separators.

    `mark` is the decimal mark of the file. If it is "", both marks are accepted unless they are
    ambiguous. Raises `ValueError`.
    """
    value = THOUSANDS.sub("", value.replace("\u2212", "-"))
    points, commas = value.count("."), value.count(",")
    if not mark:
        if points and commas:
            mark = "." if value.rfind(".") > value.rfind(",") else ","
        elif commas:
            is_thousands = re.fullmatch(r"[+-]?[1-9]\d{0,2}(,\d{3})+", value)
            if is_thousands and commas == 1:
                raise ValueError(
                    "This number is ambiguous. Choose the decimal mark of this file, or write "
                    "it without a comma."
                )
            mark = "." if is_thousands else ","
        else:
            mark = "," if points > 1 else "."
    other = "," if mark == "." else "."
    if other in value:
        if not re.fullmatch(rf"[+-]?\d{{1,3}}([{other}]\d{{3}})+([{mark}]\d*)?", value):
            expected = "1,234.56" if mark == "." else "1.234,56"
            raise ValueError(f"Write a number as {expected}, or choose another decimal mark.")
        value = value.replace(other, "")
    return value.replace(mark, ".")


def normalize_integer(value: str, mark: str) -> str:
    """Return a whole number without thousands separators, which are never ambiguous."""
    plain = THOUSANDS.sub("", value)
    if not mark and re.fullmatch(r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+|(?:\.\d{3})+)", plain):
        return re.sub(r"[.,]", "", plain)
    return normalize_number(value, mark)


def detect_decimal_mark(cells: Iterable[str]) -> str:
    """Return the decimal mark of cells, or "" if it is unclear."""
    marks = set()
    for cell in cells:
        if re.fullmatch(r"[+-]?[\d\s'’.,]+", cell):
            if re.fullmatch(r"[+-]?[\d.\s'’]*\d,(\d{1,2}|\d{4,})", cell) or re.fullmatch(
                r"[+-]?\d{1,3}(\.\d{3})+,\d+", cell
            ):
                marks.add(",")
            elif re.fullmatch(r"[+-]?[\d,\s'’]*\d\.(\d{1,2}|\d{4,})", cell) or re.fullmatch(
                r"[+-]?\d{1,3}(,\d{3})+\.\d+", cell
            ):
                marks.add(".")
    return marks.pop() if len(marks) == 1 else ""


def normalize_date(value: str, order: str) -> str:
    """Return a date, which may have a time, in the format of ISO 8601.

    `order` is "dmy", "mdy", or "" if it is unknown. Raises `ValueError` for an ambiguous date.
    """
    match = DAY.fullmatch(value.strip())
    if not match:
        return value
    first, separator, second, third, time = match.groups()
    if len(first) > 2:
        year, month, day = first, second, third
    else:
        if len(third) != 4:
            raise ValueError("Write the year with four digits.")
        order = order or _clear_order(first, separator, second)
        if not order:
            raise ValueError(
                "The day and month are ambiguous. Choose the date order of this file, or "
                "write it as 2026-11-21."
            )
        day, month = (first, second) if order == "dmy" else (second, first)
        year = third
    text = f"{year:0>4}-{month:0>2}-{day:0>2}"
    return f"{text} {normalize_time(time)}" if time else text


def _clear_order(first: str, separator: str, second: str) -> str:
    """Return the order of a day and a month, or "". Dates with points start with the day."""
    if separator == "." or int(first) > 12 or int(first) == int(second):
        return "dmy"
    return "mdy" if int(second) > 12 else ""


def detect_date_order(cells: Iterable[str]) -> str:
    """Return the order of days and months in cells, or "" if it is unclear."""
    orders = set()
    for cell in cells:
        match = DAY.fullmatch(cell)
        if match and len(match[1]) <= 2 and match[2] != "." and match[1] != match[3]:
            orders.add(_clear_order(*match.group(1, 2, 3)))
    orders.discard("")
    return orders.pop() if len(orders) == 1 else ""


def normalize_time(value: str) -> str:
    """Return a time of day in the format of ISO 8601, or the text if it is not a time."""
    match = CLOCK.fullmatch(value)
    if not match:
        return value
    hour, minute, second, half, zone = match.groups()
    if half:
        if not 1 <= int(hour) <= 12:
            return value
        hour = str(int(hour) % 12 + (12 if half in "pP" else 0))
    return f"{hour:0>2}:{minute}:{second or '00'}{(zone or '').replace('UTC', 'Z')}"
