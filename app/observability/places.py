"""Where in the app's own code something happens."""

import os
from inspect import currentframe
from traceback import extract_tb
from types import FrameType, TracebackType

from config import ROOT

APP = f"{ROOT / 'app'}{os.sep}"
# What runs statements for others.
NOT_THE_PLACE = tuple(
    f"{APP}{name}{os.sep}" for name in ("core", "jobs", "observability", "security")
)


def here() -> str:
    """The step of the app that led here: "app/notes/views.py:40 index"; "" for none of its own."""
    frame: FrameType | None = currentframe()
    while frame:
        code = frame.f_code
        if code.co_filename.startswith(APP) and not code.co_filename.startswith(NOT_THE_PLACE):
            return _place(code.co_filename, _line(frame), code.co_name)
        frame = frame.f_back
    return ""


def of(traceback: TracebackType | None) -> str:
    """The last step of a traceback in the app's own code, or else the last of all."""
    steps = extract_tb(traceback)
    ours = [step for step in steps if step.filename.startswith(APP)]
    for step in (ours or steps)[-1:]:
        return _place(step.filename, step.lineno, step.name)
    return ""


def shortened(text: str) -> str:
    """A text without the folder that the app happens to lie in."""
    return text.replace(f"{ROOT}{os.sep}", "")


def _place(file: str, line: int | None, name: str) -> str:
    return f"{shortened(file)}:{line} {name}"


def _line(frame: FrameType) -> int:
    # What Jinja makes of a template counts lines of its own.
    template = frame.f_globals.get("__jinja_template__")
    return template.get_corresponding_lineno(frame.f_lineno) if template else frame.f_lineno
