"""How tests are collected and what is said about those that were skipped."""

import gc
import os
from collections.abc import Generator, Iterator
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="only tests that ask, themselves or through a fixture, for the database",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests that pass or fail alike whatever DATABASE_URL says."""
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[item for item in items if not asks_database(item)])
        items[:] = filter(asks_database, items)


def asks_database(item: pytest.Item) -> bool:
    return "database_url" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hide DATABASE_URL from other tests: `--database-only` must leave out none that reads it."""
    with pytest.MonkeyPatch.context() as patch:
        if not asks_database(item):
            patch.delenv("DATABASE_URL", raising=False)
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for line in groups.summary(str(report.longrepr) for report in skipped):
        terminalreporter.write_line(line, yellow=True)


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from imported objects: saves 8% of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> Iterator[str | None]:
    """Give each of several pytest processes a PostgreSQL database of its own; None means SQLite.

    Whatever reaches the database must ask for this, or its tests run on SQLite alone.
    """
    url = os.environ.get("DATABASE_URL")
    if not url or worker_id == "master":
        yield url
        return
    with database_for(worker_id, url) as os.environ["DATABASE_URL"]:
        yield os.environ["DATABASE_URL"]
