"""The calls of a request as a tree, short enough to read.

Built from what pyinstrument's JSON renderer returns. Left out are calls that only pass on to
another, as middleware does, what libraries call among themselves, and what took under 1%.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from carafe.config import ROOT

Frame = Mapping[str, Any]

MIN_SHARE = 0.01
# Of the time of a call that is left out, at least this share is that of the call inside.
PASS_THROUGH_SHARE = 0.9
# Open at first: what took at least this share of the whole.
OPEN_SHARE = 0.1
MAX_DEPTH = 40
# Part of each statement, like SQLAlchemy's own functions.
DRIVER_WRAPPERS = ("carafe/database/", "carafe/observability/queries.py")
PROJECT = ("app", "engine", "template")


@dataclass
class Node:
    """A call: what was called, where it is written, and how long it took with all inside."""

    name: str
    place: str
    # "app", "engine", "template", "sql", or "library"
    kind: str
    ms: float
    share: float
    children: list["Node"]

    @property
    def is_open(self) -> bool:
        return self.share >= OPEN_SHARE

    @property
    def label(self) -> str:
        return {"sql": "SQL", "template": "template"}.get(self.kind, "")


def build_tree(root: Frame) -> Node:
    return _node(root, root["time"] or 1, 0)


def _node(frame: Frame, total: float, depth: int) -> Node:
    kind, place = _kind(frame["file_path"] or "")
    line = frame["line_no"] or 0
    children = _significant(frame, total) if depth < MAX_DEPTH else []
    return Node(
        name=_name(frame, kind),
        place=f"{place}:{line}" if line and kind != "template" else place,
        kind=kind,
        ms=frame["time"] * 1000,
        share=frame["time"] / total,
        children=[_node(child, total, depth + 1) for child in children],
    )


def _significant(frame: Frame, total: float) -> list[Frame]:
    """Return the nested calls to show; none if only library code runs below."""
    if not _leads_to_project(frame):
        return []
    calls = [call for call in frame["children"] if call["time"] / total >= MIN_SHARE]
    return sorted(map(_skip, calls), key=lambda call: -call["time"])


def _skip(frame: Frame) -> Frame:
    """Return the first call from this one down that does more than pass on to another."""
    while frame["children"] and _kind(frame["file_path"] or "")[0] in ("engine", "library"):
        longest = max(frame["children"], key=lambda call: call["time"])
        if longest["time"] < frame["time"] * PASS_THROUGH_SHARE or not _leads_to_project(longest):
            break
        frame = longest
    return frame


def _leads_to_project(frame: Frame) -> bool:
    """Return whether code or a template of this project is called, by this call or inside it."""
    kind, _ = _kind(frame["file_path"] or "")
    return kind in PROJECT or any(map(_leads_to_project, frame["children"]))


def _name(frame: Frame, kind: str) -> str:
    name = str(frame["function"])
    if kind == "template":
        return name.removeprefix("block_") if name.startswith("block_") else "page"
    owner = frame.get("class_name")
    return f"{owner}.{name}" if owner else name


@lru_cache(1000)
def _kind(path: str) -> tuple[str, str]:
    """Return the kind of a file's code, and the name to display."""
    file = Path(path)
    if "/templates/" in path:
        return "template", path.rpartition("/templates/")[2]
    if file.is_relative_to(ROOT) and not file.is_relative_to(ROOT / ".venv"):
        inside = file.relative_to(ROOT).as_posix()
        return _part(inside), inside
    is_database = any(name in path for name in ("/sqlalchemy/", "sqlite3/", "/psycopg/"))
    return "sql" if is_database else "library", _short(file)


def _part(path: str) -> str:
    """Return the kind of a file of this project."""
    if path.startswith(DRIVER_WRAPPERS):
        return "sql"
    return "engine" if path.startswith("carafe/") else "app"


def _short(file: Path) -> str:
    """Return a library's file from its package on."""
    parts = file.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return "/".join(parts[-2:])
