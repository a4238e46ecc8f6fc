"""How tests are collected, and the report about skipped ones."""

import gc
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from carafe.testing import groups
from carafe.testing.database import database_for

# A developer's own settings must not affect tests; only the database can be chosen.
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
        help="only tests that ask for the database, but for those marked `any_database`",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect tests whose outcome doesn't depend on DATABASE_URL."""
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[item for item in items if not _differs(item)])
        items[:] = filter(_differs, items)


def _differs(item: pytest.Item) -> bool:
    """Return whether a test may pass on one database and fail on another."""
    return asks_database(item) and item.get_closest_marker("any_database") is None


def asks_database(item: pytest.Item) -> bool:
    return "database_url" in getattr(item, "fixturenames", ())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Hide DATABASE_URL from other tests: `--database-only` must not omit any that reads it."""
    with pytest.MonkeyPatch.context() as patch:
        if not asks_database(item):
            patch.delenv("DATABASE_URL", raising=False)
        return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    for line in groups.summary(str(report.longrepr) for report in skipped):
        terminalreporter.write_line(line, yellow=True)
    for report in terminalreporter.getreports("passed"):
        # From `record_property`, which brings it here from parallel processes, too.
        for name, text in report.user_properties:
            if name == "summary":
                terminalreporter.write_line(str(text))


def pytest_collection_finish() -> None:
    """Keep the garbage collector away from imported objects: saves 8% of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


@pytest.fixture(scope="session")
def database_url(worker_id: str) -> Iterator[str | None]:
    """Give each pytest process its own PostgreSQL database; None means SQLite.

    Whatever uses the database must request this, or its tests run only on SQLite.
    """
    url = os.environ.get("DATABASE_URL")
    if not url or worker_id == "master":
        yield url
        return
    with database_for(worker_id, url) as os.environ["DATABASE_URL"]:
        yield os.environ["DATABASE_URL"]
