"""How tests are collected and what is said about those that were skipped."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from carafe.testing import groups
from carafe.testing.database import database_for

# A developer's own settings must not decide a test; only the database may be chosen.
for name in (
    "SECRET_KEY", "TRUSTED_HOSTS", "TRUSTED_PROXIES", "PUBLIC_URL", "MAIL_URL", "STORAGE_URL",
):  # fmt: skip
    os.environ.pop(name, None)


def pytest_pycollect_makemodule(
    module_path: Path, parent: pytest.Collector
) -> pytest.Collector | None:
    if groups.missing_group(module_path):
        return groups.SkippedModule.from_parent(parent, path=module_path)
    return None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for line in groups.summary(str(report.longrepr) for report in skipped):
        terminalreporter.write_line(line, yellow=True)


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from imported objects: saves 8% of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session", autouse=True)
def _database_of_worker(worker_id: str) -> Iterator[None]:
    """Give each of several pytest processes a PostgreSQL database of its own."""
    url = os.environ.get("DATABASE_URL")
    if not url or worker_id == "master":
        yield
        return
    with database_for(worker_id, url) as os.environ["DATABASE_URL"]:
        yield
