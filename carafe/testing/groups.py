"""Tests that need a group of packages that may not be installed (`bin/setup`)."""

import os
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path

import pytest

from carafe.config import ROOT
from carafe.config.groups import setup_command
from carafe.testing.suite import suite

# One package of each.
PACKAGES = {
    "browser": "playwright",
    "oauth": "authlib",
    "otel": "opentelemetry",
    "postgres": "psycopg",
    "redis": "dramatiq",
    "s3": "requests_aws4auth",
    "sentry": "sentry_sdk",
}
REASON = "needs the group "


def is_missing(group: str) -> bool:
    """Return whether a test has to be skipped; never in CI, where it fails instead."""
    return not os.environ.get("CI") and find_spec(PACKAGES[group]) is None


def require(group: str) -> None:
    """Skip the current test if a group isn't installed."""
    if is_missing(group):
        pytest.skip(REASON + group)


def missing_group(path: Path) -> str | None:
    """Return the group without which a test file can't be imported."""
    if not path.is_relative_to(ROOT):
        return None
    name = path.relative_to(ROOT).as_posix()
    for pattern, group in suite().groups.items():
        if fnmatch(name, pattern) and is_missing(group):
            return group
    return None


class SkippedModule(pytest.Module):
    """A test file that isn't imported."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        pytest.skip(f"{REASON}{missing_group(self.path)}", allow_module_level=True)


def summary(reasons: Iterable[str]) -> Iterator[str]:
    """Report the missing groups, and how to install them."""
    missed = sorted({name for text in reasons for name in re.findall(rf"{REASON}(\w+)", text)})
    if missed:
        yield f"Skipped tests of groups that are not installed: {', '.join(missed)}."
        yield f"To run these, too: {setup_command(*missed)}"
