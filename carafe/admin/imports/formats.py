"""How a file is written: what can be chosen for it on its page."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from carafe.admin.imports.encodings import ENCODINGS

DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
# What the csv module makes of each choice of quotes.
QUOTES: dict[str, tuple[str, dict[str, Any]]] = {
    '"': ("Double quotes", {"quotechar": '"'}),
    ' "': ("Double quotes, after spaces", {"quotechar": '"', "skipinitialspace": True}),
    '\\"': (
        'Double quotes, inside a cell as \\"',
        {"quotechar": '"', "doublequote": False, "escapechar": "\\"},
    ),
    "'": ("Single quotes", {"quotechar": "'"}),
    "": ("None", {"quoting": csv.QUOTE_NONE}),
}
HEADINGS = {"yes": "Names of the columns", "no": "Data"}
MISSING = {"empty": "Empty", "error": "An error"}
GUARDS = {"remove": "Remove", "keep": "Keep"}
DECIMALS = {"": "Either, where it is clear", ".": "Point: 1,234.56", ",": "Comma: 1.234,56"}
DATES = {
    "": "Any, where it is clear",
    "dmy": "Day first: 31/12/2026",
    "mdy": "Month first: 12/31/2026",
}
MOST_SKIPPED = 1000


@dataclass(frozen=True)
class Format:
    """The format of a file; the names are those of the form's fields."""

    encoding: str
    delimiter: str = ","
    quote: str = '"'
    # Lines above the heading.
    skip: int = 0
    heading: str = "yes"
    # What cells are that a row lacks at its end. Excel leaves them out, 16 rows at a time.
    missing: str = "empty"
    # What becomes of the apostrophes that exports add: see `csv_lines.guard`.
    guards: str = "remove"
    decimal: str = ""
    dates: str = ""

    @property
    def options(self) -> dict[str, dict[str, str]]:
        """What can be chosen for each field but `skip`, with labels."""
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
        """Return what somebody chose. Raises `ValueError` for what cannot be chosen."""
        chosen: dict[str, Any] = {name: form.get(name, vars(self)[name]) for name in self.options}
        for name, value in chosen.items():
            if value not in self.options[name]:
                raise ValueError(name)
        skip = form.get("skip", "") or str(self.skip)
        if not (skip.isascii() and skip.isdecimal() and int(skip[:5]) <= MOST_SKIPPED):
            raise ValueError("skip")
        return replace(self, **chosen, skip=int(skip))

    @property
    def dialect(self) -> dict[str, Any]:
        """Options of the csv module."""
        return {"delimiter": self.delimiter, "strict": True, **QUOTES[self.quote][1]}
