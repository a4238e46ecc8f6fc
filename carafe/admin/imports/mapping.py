"""Which column of a file sets which field: what its start shows, a guess, and what was chosen."""

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
    """Return the names of the columns, and rows: the first, and some with letters beyond ASCII.

    Raises `RefusedError` for a file without a heading.
    """
    try:
        names, rows = table(run.content(), run.format)
    except UnreadableFileError:
        raise
    except ValueError as lost:
        log.error("an import cannot be opened: %s", lost)
        raise UnreadableFileError("The file cannot be opened any more. Upload it anew.") from lost
    shown: list[list[str]] = []
    beyond = 0
    with suppress(UnreadableFileError):  # the check says what is wrong
        for _, cells in islice(rows, SEARCHED_ROWS):
            if not isinstance(cells, list) or is_blank(cells):
                continue
            is_beyond = not "".join(cells).isascii()
            if len(shown) < SAMPLE_ROWS or (is_beyond and beyond < SAMPLE_ROWS):
                beyond += is_beyond
                shown.append([*cells, *[""] * len(names)][: len(names)])
    return names, shown


def samples(run: ImportRun, encodings: Sequence[str]) -> dict[str, list[str]]:
    """Return by encoding how it reads the first lines that are not ASCII alone."""
    lines: list[bytes] = []
    with suppress(ValueError):  # `start` says that it is lost
        for part in run.content() if encodings else ():
            lines += [line for line in part.splitlines() if not line.isascii()][:SAMPLE_ROWS]
            if lines:
                break
    shown = lines[:SAMPLE_ROWS]
    return {name: [line[:200].decode(name, "replace") for line in shown] for name in encodings}


def guess_mapping(spec: ImportSpec, names: Sequence[str]) -> dict[str, str]:
    """Return which column is which field, by their names. Of two with one name it is the first."""
    known: dict[str, str] = {}
    for name, target in spec.targets.items():
        last = name.rpartition(".")[2]
        for text in (name, target.label, last):
            known.setdefault(_normalize_header(text), name)
    guessed: dict[str, str] = {}
    for n, name in enumerate(names):
        if (found := known.get(_normalize_header(name))) and found not in guessed.values():
            guessed[str(n)] = found
    return guessed


def _normalize_header(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def mapping_error(spec: ImportSpec, chosen: Sequence[str]) -> str:
    """What is wrong with a choice of columns."""
    targets = spec.targets
    if twice := {targets[name].label for name in chosen if chosen.count(name) > 1}:
        return f"{min(twice)} is chosen for two columns. Leave one out."
    if missing := [t.label for t in targets.values() if t.required and t.name not in chosen]:
        return f"Choose the column for {' and '.join(missing)}: every row needs it."
    if (key := spec.key) and key.name not in chosen:
        return f"Choose the column for {key.label}: it says which row is meant."
    return "" if chosen else "Choose at least one column."
