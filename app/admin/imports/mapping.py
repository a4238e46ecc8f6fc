"""Which column of a file sets which field: what its start shows, a guess, and what was chosen."""

import logging
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice

from app.admin.imports.declaration import Plan
from app.admin.imports.models import ImportRun
from app.admin.imports.reading import RefusedError, heading, records

log = logging.getLogger(__name__)

SHOWN_ROWS = 3


def start(run: ImportRun) -> tuple[list[str], list[list[str]]]:
    """The heading of the file and the first rows. Raises `RefusedError` without a heading."""
    found = records(run.content(), run.encoding, run.delimiter)
    try:
        names = heading(found)
    except RefusedError:
        raise
    except ValueError as lost:
        log.error("an import cannot be opened: %s", lost)
        raise RefusedError("The file cannot be opened any more. Upload it anew.") from lost
    rows: list[list[str]] = []
    with suppress(RefusedError):  # the check says what is wrong
        for _, cells in islice(found, SHOWN_ROWS):
            if isinstance(cells, list):
                rows.append([*cells, *[""] * len(names)][: len(names)])
    return names, rows


def guess(plan: Plan, names: Sequence[str]) -> dict[str, str]:
    """Which column is which field, by their names. Of two with one name it is the first."""
    known: dict[str, str] = {}
    for name, target in plan.targets.items():
        last = name.rpartition(".")[2]
        for text in (name, target.label, last):
            known.setdefault(_plain(text), name)
    guessed: dict[str, str] = {}
    for n, name in enumerate(names):
        if (found := known.get(_plain(name))) and found not in guessed.values():
            guessed[str(n)] = found
    return guessed


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def refusal(plan: Plan, chosen: Sequence[str]) -> str:
    """What is wrong with a choice of columns."""
    targets = plan.targets
    if twice := {targets[name].label for name in chosen if chosen.count(name) > 1}:
        return f"{min(twice)} is chosen for two columns. Leave one out."
    if missing := [t.label for t in targets.values() if t.needed and t.name not in chosen]:
        return f"Choose the column for {' and '.join(missing)}: every row needs it."
    if (key := plan.key) and key.name not in chosen:
        return f"Choose the column for {key.label}: it says which row is meant."
    return "" if chosen else "Choose at least one column."
