"""Tables as Excel workbooks, written row by row, with constant memory use.

Text stays text: it never becomes a formula, a link, or a number.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import IO, TYPE_CHECKING

from carafe.tabular.csv_export import plain_text

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

# Excel's own limits. It counts characters as UTF-16 code units.
MAX_ROWS = 1_048_576
MAX_CHARACTERS = 32_767
MAX_TITLE = 31
# It rounds numbers beyond these.
MAX_DIGITS = 15
MAX_INTEGER = 10**15 - 1
# The smallest and largest number other than zero, regardless of sign.
MIN_NUMBER, MAX_NUMBER = 2.2251e-308, 9.99999999999999e307
# Its calendar is wrong before that day.
FIRST_DAY = date(1900, 3, 1)
ELLIPSIS = " …"
COLUMN_WIDTH = 20  # characters: a time needs 19, and is shown as ##### where it does not fit

INVALID_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def write(
    file: IO[bytes], folder: str, title: str, names: Sequence[str], rows: Iterable[Sequence[object]]
) -> int:
    """Write a heading and rows to `file`, in as many sheets as they need.

    Times are in UTC. `folder` needs space for twice the uncompressed rows in the meantime. Return
    how many texts were cut because they don't fit into a cell.
    """
    from xlsxwriter import Workbook  # importing it takes as long as a few requests

    options = {
        "constant_memory": True,
        "tmpdir": folder,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "remove_timezone": True,
        "use_zip64": True,  # otherwise it fails at 2 GiB
    }
    table = _Table(Workbook(file, options), title, names)
    for row in rows:
        table.add(row)
    table.workbook.close()
    return table.cut


class _Table:
    """A table that continues on another sheet when one is full."""

    def __init__(self, workbook: "Workbook", title: str, names: Sequence[str]):
        self.workbook, self.names = workbook, names
        title = INVALID_IN_TITLES.sub(" ", title)
        self.title = _first_units(title, MAX_TITLE - len(" 9999")).strip(" '") or "Sheet"
        self.heading = workbook.add_format({"bold": True})
        self.plain = workbook.add_format()
        self.time = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.sheets = self.cut = 0
        self._begin_sheet()

    def add(self, values: Iterable[object]) -> None:
        if self.row == MAX_ROWS:
            self._begin_sheet()
        for column, value in enumerate(values):
            self._write_cell(column, value)
        self.row += 1

    def _begin_sheet(self) -> None:
        self.sheets += 1
        title = self.title if self.sheets == 1 else f"{self.title} {self.sheets}"
        self.sheet: Worksheet = self.workbook.add_worksheet(title)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(self.names) - 1, COLUMN_WIDTH)
        for column, name in enumerate(self.names):
            self.sheet.write_string(0, column, name, self.heading)
        self.row = 1

    def _write_cell(self, column: int, value: object) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            self.sheet.write_boolean(self.row, column, value)
        elif _is_number(value):
            self.sheet.write_number(self.row, column, value)
        elif isinstance(value, datetime) and value.date() >= FIRST_DAY:
            self.sheet.write_datetime(self.row, column, value.astimezone(UTC), self.time)
        elif isinstance(value, date) and not isinstance(value, datetime) and value >= FIRST_DAY:
            self.sheet.write_datetime(self.row, column, value, self.day)
        else:
            self._write_text(column, plain_text(value))

    def _write_text(self, column: int, text: str) -> None:
        if len(text) > MAX_CHARACTERS // 2 and _first_units(text, MAX_CHARACTERS) != text:
            self.cut += 1
            text = _first_units(text, MAX_CHARACTERS - len(ELLIPSIS)) + ELLIPSIS
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter would treat it as its own XML of formatted text. So pass it in two parts,
            # the second in the default format.
            self.sheet.write_rich_string(self.row, column, "<", self.plain, text[1:])
        else:
            self.sheet.write_string(self.row, column, text)


def _is_number(value: object) -> bool:
    """Return whether a cell can hold a value as a number without changing it."""
    if isinstance(value, Enum):
        return False
    if isinstance(value, Decimal):
        fits = value.is_finite() and len(value.as_tuple().digits) <= MAX_DIGITS
        return fits and (value == 0 or MIN_NUMBER <= abs(value) <= MAX_NUMBER)
    if isinstance(value, int):
        return abs(value) <= MAX_INTEGER
    if isinstance(value, float):
        return value == 0 or MIN_NUMBER <= abs(value) <= MAX_NUMBER
    return False


def _first_units(text: str, units: int) -> str:
    """Return the first `units` UTF-16 code units, without half a character at the end."""
    return text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", "ignore")
