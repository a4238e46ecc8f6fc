"""The app that a suite is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask import Flask

# Tests in these places cannot be imported without a group of packages.
GROUPS = {"*/browser/*": "browser"}
CreateApp = Callable[[Mapping[str, object]], Flask]


@dataclass(frozen=True)
class Suite:
    create_app: CreateApp
    wsgi: str
    settings: Mapping[str, object] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


_suites: list[Suite] = []


def configure(
    create_app: CreateApp,
    *,
    wsgi: str,
    settings: Mapping[str, object] | None = None,
    groups: Mapping[str, str] | None = None,
) -> None:
    """Name the app of this suite.

    `wsgi` is the module whose `app` servers and `flask` commands run. `settings` are those of the
    app that all tests share. `groups` has patterns of the paths of tests, below the project, that
    cannot be imported without a group of packages; folders named `browser` are known.
    """
    _suites[:] = [Suite(create_app, wsgi, settings or {}, GROUPS | {**(groups or {})})]


def suite() -> Suite:
    if not _suites:
        raise RuntimeError("Call carafe.testing.suite.configure in the suite's conftest.py first.")
    return _suites[0]
