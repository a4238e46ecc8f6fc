"""Tables as Excel workbooks, row by row: the memory is the same for ten rows and for a million.

Text is written as text, so that none is a formula. XlsxWriter, which can do a thousand things more,
takes six times as long over it, and openpyxl ten times.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

from app.core.csv_lines import plain_text

# Excel's own limits. It counts characters as UTF-16 does.
MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
TITLE_LENGTH = 31
# Beyond this it rounds.
MOST_DIGITS = 15
CUT = " …"

# What XML cannot hold is written as _x0007_, and what looks like that as _x005F_x0007_.
ODD = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
FORBIDDEN_IN_TITLES = re.compile(r"[\[\]:*?/\\\x00-\x1f]|^'|'$")
EPOCH = datetime(1899, 12, 30, tzinfo=UTC)
DAY_SECONDS = 86_400
BUFFER_ROWS = 500

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
MIMETYPE = f"{TYPE}.sheet"

# Of sheets nobody knows yet how many there will be: they are what is not named.
CONTENT_TYPES = (
    f'{HEAD}<Types xmlns="{PACKAGE}/content-types">'
    '<Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{TYPE}.styles+xml"/></Types>'
)
# Cell formats by number: 0 as it comes, 1 times, 2 headings.
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
SHEET = (
    f'{HEAD}<worksheet xmlns="{MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    "</sheetView></sheetViews><sheetFormatPr/><sheetData>"
)


def write(file: IO[bytes], title: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows below their names into `file`, in as many sheets as they need.

    Times are in UTC. Returns how many texts were cut, because no cell holds them.
    """
    cells, following = Cells(), iter(rows)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")]))
        archive.writestr("xl/styles.xml", STYLES)
        sheets, more = 0, True
        while more:
            sheets += 1
            path = f"xl/worksheets/sheet{sheets}.xml"
            # Its size is not known before: without force_zip64 it would break off at 2 GiB.
            with archive.open(path, "w", force_zip64=True) as sheet:
                more = _write_sheet(sheet, cells, names, following)
        targets = [("worksheet", f"worksheets/sheet{n + 1}.xml") for n in range(sheets)]
        relations = _relations([*targets, ("styles", "styles.xml")])
        archive.writestr("xl/_rels/workbook.xml.rels", relations)
        archive.writestr("xl/workbook.xml", _workbook(title, sheets))
    return cells.cut


class Cells:
    """Values as the XML of cells."""

    def __init__(self) -> None:
        self.cut = 0

    def row(self, values: Iterable[Any]) -> str:
        return f"<row>{''.join(map(self.cell, values))}</row>"

    def cell(self, value: Any) -> str:
        if value is None or value == "":
            return "<c/>"
        if isinstance(value, Enum):
            return self.text(value.name)
        if isinstance(value, Decimal):
            digits = len(value.as_tuple().digits)
            return f"<c><v>{value:f}</v></c>" if digits <= MOST_DIGITS else self.text(str(value))
        if isinstance(value, bool):
            return f'<c t="b"><v>{value:d}</v></c>'
        if isinstance(value, int) and abs(value) < 10**MOST_DIGITS:
            return f"<c><v>{value}</v></c>"
        if isinstance(value, float) and abs(value) < float("inf"):
            return f"<c><v>{value!r}</v></c>"
        if isinstance(value, datetime) and value >= EPOCH:
            return f'<c s="1"><v>{(value - EPOCH).total_seconds() / DAY_SECONDS:.9f}</v></c>'
        return self.text(plain_text(value))

    def text(self, text: str, style: int = 0) -> str:
        if len(text) > MOST_CHARACTERS // 2:
            text = self._fitting(text)
        if ODD.search(text):
            text = ODD.sub(lambda found: f"_x{ord(found[0]):04X}_", text)
        styled = f' s="{style}"' if style else ""
        plain = f'<t xml:space="preserve">{escape(text)}</t>'
        return f'<c{styled} t="inlineStr"><is>{plain}</is></c>'

    def _fitting(self, text: str) -> str:
        units = text.encode("utf-16-le")
        if len(units) <= 2 * MOST_CHARACTERS:
            return text
        self.cut += 1
        # What remains of a character in two halves is left out.
        return units[: 2 * (MOST_CHARACTERS - len(CUT))].decode("utf-16-le", "ignore") + CUT


def _write_sheet(
    sheet: IO[bytes], cells: Cells, names: Sequence[str], rows: Iterator[Sequence[Any]]
) -> bool:
    """Fill a sheet; whether it is full, and there may be more."""
    headings = "".join(cells.text(name, 2) for name in names)
    sheet.write(f"{SHEET}<row>{headings}</row>".encode())
    written, lines = 1, []
    while written < MOST_ROWS and (row := next(rows, None)) is not None:
        lines.append(cells.row(row))
        written += 1
        if len(lines) == BUFFER_ROWS:
            sheet.write("".join(lines).encode())
            lines.clear()
    sheet.write(f"{''.join(lines)}</sheetData></worksheet>".encode())
    return written == MOST_ROWS


def _workbook(title: str, sheets: int) -> str:
    title = FORBIDDEN_IN_TITLES.sub(" ", title)[: TITLE_LENGTH - 4].strip() or "Sheet"
    titles = [title if n == 1 else f"{title} {n}" for n in range(1, sheets + 1)]
    entries = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(titles, 1)
    )
    spaces = f'xmlns="{MAIN}" xmlns:r="{OFFICE}"'
    return f"{HEAD}<workbook {spaces}><sheets>{entries}</sheets></workbook>"


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    entries = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{path}"/>'
        for n, (kind, path) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{entries}</Relationships>'
