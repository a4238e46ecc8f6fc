"""The export of personal data: everything the app knows about a user, as a ZIP file.

The engine adds its own tables, and the rows of models with an `OwnerMixin`. Features add the rest,
or replace those rows, with `personal_data.add_section(app, "notes", function)` in their `init_app`.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from flask import Flask, current_app, render_template

from carafe.audit import add_descriptions
from carafe.jobs import progress
from carafe.personal_data import account_sections, owned_rows
from carafe.personal_data import jobs as jobs
from carafe.personal_data.requests import export_response, export_status, request_export
from carafe.registry import Registry

__all__ = [
    "add_file",
    "add_section",
    "export_response",
    "export_status",
    "request_export",
]


# Larger exports are written to a file, so that memory use doesn't depend on the number of notes.
MAX_IN_MEMORY_BYTES = 1024 * 1024
# Rows.
PROGRESS_EVERY = 500
DESCRIPTIONS = {
    "data.downloaded": "Data export downloaded",
    "data.exported": "Data export created",
}

Rows = Callable[[int], Iterable[Mapping[str, object]]]
File = Callable[[int], tuple[str, bytes] | None]

DATA = Registry[Rows]("personal_data", "part of the export")
FILES = Registry[File]("personal_files", "file of the export")


def add_section(app: Flask, name: str, rows: Rows) -> None:
    """Add `<name>.json` to the export: the dicts yielded by `rows(user_id)`.

    Values can be dates, times, `Decimal`, `UUID`, and enum members, but must not be secrets or
    hashes. Rows of a model with an `OwnerMixin` are exported without a section, in all but binary
    columns, as `<table>s.json`. A section with that name replaces them.
    """
    DATA.add(app, rows, name=name)


def add_file(app: Flask, file: File) -> None:
    """Add a file to the export: `file(user_id)` returns its name and content, or None."""
    FILES.add(app, file)


def build_archive(user_id: int) -> IO[bytes]:
    """Return the ZIP file, open at its start. It has no name, and is deleted when closed."""
    # Next to the data, where there is space, and nobody else can read it.
    packed = SpooledTemporaryFile(MAX_IN_MEMORY_BYTES, dir=current_app.instance_path)  # noqa: SIM115
    try:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            features = {**owned_rows.sections(), **DATA.by_name()}
            readme = render_template("personal_data/export.txt", names=features)
            archive.writestr("README.txt", readme)
            for done, (name, rows) in enumerate(features.items()):
                tell = partial(_report_progress, done, len(features), name)
                _write(archive, f"{name}.json", rows(user_id), tell)
            for file in FILES:
                if entry := file(user_id):
                    archive.writestr(*entry)
    except BaseException:
        packed.close()
        raise
    packed.seek(0)
    return packed


def _report_progress(done: int, total: int, name: str, rows: int) -> None:
    label = name.replace("-", " ").capitalize()
    progress(done, total, f"{label}: {rows:,}" if rows else label)


def _write(
    archive: zipfile.ZipFile,
    name: str,
    rows: Iterable[Mapping[str, object]],
    tell: Callable[[int], None],
) -> None:
    # Its size is unknown in advance: without force_zip64, it would fail at 2 GiB.
    with archive.open(name, "w", force_zip64=True) as file:
        before = "[\n"
        tell(0)
        for number, row in enumerate(rows, 1):
            text = json.dumps(row, ensure_ascii=False, indent=2, default=_to_json)
            file.write(f"{before}{text}".encode("utf-8", "replace"))
            before = ",\n"
            if number % PROGRESS_EVERY == 0:
                tell(number)
        file.write(b"\n]\n" if before == ",\n" else b"[]\n")


def _to_json(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Decimal, time, UUID)):
        return str(value)
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"Can't export a value of type {type(value).__name__}")


def init_app(app: Flask) -> None:
    DATA.init_app(app)
    FILES.init_app(app)
    add_descriptions(app, DESCRIPTIONS)
    for name, rows in account_sections.SECTIONS.items():
        add_section(app, name, rows)
    add_file(app, account_sections.picture)
    if app.config["APP_ENV"] == "development":
        from carafe.personal_data import previews

        previews.init_app(app)
