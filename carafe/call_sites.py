"""Where in the project's own code something happens."""

import os
import sys
from collections.abc import Iterator
from inspect import currentframe
from itertools import islice
from pathlib import Path
from traceback import extract_tb
from types import FrameType, TracebackType

from flask import Flask

from carafe.config import ROOT

# Beside the app there may be an environment with libraries, such as `.venv`.
LIBRARIES = f"{ROOT}{os.sep}.", f"{sys.prefix}{os.sep}"
ENGINE = f"{Path(__file__).parent}{os.sep}"
# Engine code that runs statements on behalf of others.
MACHINERY = tuple(
    f"{ENGINE}{name}"
    for name in ("call_sites", "database", "demo", "jobs", "observability", "security", "web")
)
# Folders of the code whose steps are named.
folders = {ENGINE}

CALLS = 3


def init_app(app: Flask) -> None:
    folders.add(f"{app.root_path}{os.sep}")


def call_site() -> str:
    """Return the step that led here: "app/shop/views.py:40 index"; "" if none exists."""
    return next((_place_of(frame) for frame in _frames() if _is_in(frame, *folders)), "")


def calls() -> str:
    """The last steps of our own code that led here, the last one first."""
    ours = (frame for frame in _frames() if _is_in(frame, f"{ROOT}{os.sep}"))
    steps = [_place_of(frame) for frame in islice(ours, CALLS)]
    return f"at {', called at '.join(steps)}" if steps else ""


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = currentframe()
    while frame:
        yield frame
        frame = frame.f_back


def _is_in(frame: FrameType, *folders: str) -> bool:
    file = frame.f_code.co_filename
    return file.startswith(folders) and not file.startswith((*MACHINERY, *LIBRARIES))


def _place_of(frame: FrameType) -> str:
    return _place(frame.f_code.co_filename, _line(frame), frame.f_code.co_name)


def traceback_site(traceback: TracebackType | None) -> str:
    """Return the last location in a traceback in the project's own code, or else the last one."""
    steps = extract_tb(traceback)
    ours = [step for step in steps if step.filename.startswith(tuple(folders))]
    for step in (ours or steps)[-1:]:
        return _place(step.filename, step.lineno, step.name)
    return ""


def relative_path(text: str) -> str:
    """A text without the folder that the app happens to lie in."""
    return text.replace(f"{ROOT}{os.sep}", "")


def _place(file: str, line: int | None, name: str) -> str:
    return f"{relative_path(file)}:{line} {name}"


def _line(frame: FrameType) -> int:
    # What Jinja makes of a template counts lines of its own.
    template = frame.f_globals.get("__jinja_template__")
    return template.get_corresponding_lineno(frame.f_lineno) if template else frame.f_lineno
