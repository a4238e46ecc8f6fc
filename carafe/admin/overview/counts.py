"""Figures at the top of the overview. Features add theirs."""

from collections.abc import Callable, Mapping

from flask import Flask

from carafe.registry import Registry

READERS = Registry[Callable[[], Mapping[str, str]]]("admin_counts", "set of figures")


def add_counts(app: Flask, read: Callable[[], Mapping[str, str]]) -> None:
    """Add figures to the overview: `read` returns them, ready to display, by their names."""
    READERS.add(app, read)


def counts() -> dict[str, str]:
    """Return all figures by their names, in the order in which they were added."""
    return {name: count for read in READERS for name, count in read().items()}
