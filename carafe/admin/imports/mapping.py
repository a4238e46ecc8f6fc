"""Mappings of columns to fields: sample rows, a guess, and checks."""

import logging
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from carafe.admin.imports.models import ImportRun
from carafe.admin.imports.reading import UnreadableFileError, is_blank, table
from carafe.admin.imports.spec import ImportSpec

log = logging.getLogger(__name__)

SAMPLE_ROWS, SEARCHED_ROWS = 3, 1000


def initialize(run: ImportRun) -> tuple[list[str], list[list[str]]]:
    """Return the names of the columns, and sample rows: the first, and some that are not ASCII.

    Raises `UnreadableFileError`, for example for a file without a header.
    """
    try:
        names, rows = table(run.content(), run.format)
    except UnreadableFileError:
        raise
    except ValueError as error:
        log.error("cannot open an import: %s", error)
        raise UnreadableFileError("This file is no longer available. Upload it again.") from error
    samples: list[list[str]] = []
    non_ascii = 0
    with suppress(UnreadableFileError):  # The check reports it.
        for _, cells in islice(rows, SEARCHED_ROWS):
            if not isinstance(cells, list) or is_blank(cells):
                continue
            is_non_ascii = not "".join(cells).isascii()
            if len(samples) < SAMPLE_ROWS or (is_non_ascii and non_ascii < SAMPLE_ROWS):
                non_ascii += is_non_ascii
                samples.append([*cells, *[""] * len(names)][: len(names)])
    return names, samples


def samples(run: ImportRun, encodings: Sequence[str]) -> dict[str, list[str]]:
    """Return the first lines that are not ASCII, as each encoding reads them."""
    lines: list[bytes] = []
    with suppress(ValueError):  # `initialize` reports a lost file.
        for part in run.content() if encodings else ():
            lines += [line for line in part.splitlines() if not line.isascii()][:SAMPLE_ROWS]
            if lines:
                break
    samples = [line[:200] for line in lines[:SAMPLE_ROWS]]
    return {name: [line.decode(name, "replace") for line in samples] for name in encodings}


def guess_mapping(spec: ImportSpec, names: Sequence[str]) -> dict[str, str]:
    """Return the field of each column by its name. If two columns match, the first one wins."""
    fields_by_header: dict[str, str] = {}
    for name, target in spec.targets.items():
        for text in (name, target.label):
            fields_by_header.setdefault(_normalize_header(text), name)
    for name, target in spec.targets.items():
        for text in filter(None, target.synonyms):
            fields_by_header.setdefault(_normalize_header(text), name)
    guessed: dict[str, str] = {}
    for n, name in enumerate(names):
        field = fields_by_header.get(_normalize_header(name))
        if field and field not in guessed.values():
            guessed[str(n)] = field
    return guessed


def _normalize_header(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def mapping_error(spec: ImportSpec, names: Sequence[str]) -> str:
    """Return what is wrong with the selected fields, or ""."""
    targets = spec.targets
    if duplicates := {targets[name].label for name in names if names.count(name) > 1}:
        return f"{min(duplicates)} is used for two columns. Clear one of them."
    if missing := [t.label for t in targets.values() if t.required and t.name not in names]:
        return f"Choose a column for {' and '.join(missing)}. It's required."
    if (key := spec.key) and key.name not in names:
        return f"Choose a column for {key.label}. It identifies the row to update."
    return "" if names else "Choose at least one column."
