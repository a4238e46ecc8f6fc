"""The format of a file, and the options for it on the page of an import."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from carafe.admin.imports.encodings import ENCODINGS

DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
# Labels and options of the csv module.
QUOTES: dict[str, tuple[str, Mapping[str, str | bool | int]]] = {
    '"': ("Double quotes", {"quotechar": '"'}),
    ' "': ("Double quotes, after spaces", {"quotechar": '"', "skipinitialspace": True}),
    '\\"': (
        'Double quotes, inside a cell as \\"',
        {"quotechar": '"', "doublequote": False, "escapechar": "\\"},
    ),
    "'": ("Single quotes", {"quotechar": "'"}),
    "": ("None", {"quoting": csv.QUOTE_NONE}),
}
HEADINGS = {"yes": "Column names", "no": "Data"}
MISSING = {"empty": "Empty", "error": "An error"}
GUARDS = {"remove": "Remove", "keep": "Keep"}
DECIMALS = {"": "Detect for each number", ".": "Point: 1,234.56", ",": "Comma: 1.234,56"}
DATES = {
    "": "Detect for each date",
    "dmy": "Day first: 31/12/2026",
    "mdy": "Month first: 12/31/2026",
}
MAX_SKIPPED = 1000


@dataclass(frozen=True)
class Format:
    """The format of a file; the names are those of the form's fields."""

    encoding: str
    delimiter: str = ","
    quote: str = '"'
    # Lines above the heading.
    skip: int = 0
    heading: str = "yes"
    # The value of cells that are missing at the end of a row. Excel omits empty ones.
    missing: str = "empty"
    # Whether to remove the apostrophes that exports add: see `csv_export.guard`.
    guards: str = "remove"
    decimal: str = ""
    dates: str = ""

    @property
    def options(self) -> dict[str, dict[str, str]]:
        """The labels of the options for each field except `skip`."""
        declared = {} if self.delimiter in DELIMITERS else {self.delimiter: self.delimiter}
        return {
            "encoding": ENCODINGS,
            "delimiter": DELIMITERS | declared,
            "quote": {quote: label for quote, (label, _) in QUOTES.items()},
            "heading": HEADINGS,
            "missing": MISSING,
            "guards": GUARDS,
            "decimal": DECIMALS,
            "dates": DATES,
        }

    def changed(self, form: Mapping[str, str]) -> Format:
        """Return the format in a form. Raises `ValueError` for invalid values."""
        values = {name: form.get(name, vars(self)[name]) for name in self.options}
        for name, value in values.items():
            if value not in self.options[name]:
                raise ValueError(name)
        skip = form.get("skip", "") or str(self.skip)
        if not (skip.isascii() and skip.isdecimal() and int(skip[:5]) <= MAX_SKIPPED):
            raise ValueError("skip")
        return Format(**values, skip=int(skip))

    @property
    def dialect(self) -> dict[str, Any]:
        """The options for `csv.reader`."""
        return {"delimiter": self.delimiter, "strict": True, **QUOTES[self.quote][1]}
