"""Figures at the top of the overview. Features add theirs."""

from collections.abc import Callable, Mapping

from flask import Flask, current_app


def add_counts(app: Flask, read: Callable[[], Mapping[str, str]]) -> None:
    """Add figures to the overview: `read` returns them, ready to display, by their names."""
    app.extensions["admin_counts"].append(read)


def counts() -> dict[str, str]:
    """Return all figures by their names, in the order in which they were added."""
    readers = current_app.extensions["admin_counts"]
    return {name: count for read in readers for name, count in read().items()}
