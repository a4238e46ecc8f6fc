"""Tables as files: CSV and XLSX."""

from carafe.tabular.responses import csv_response, iter_dicts

__all__ = [
    "csv_response",
    "iter_dicts",
]
