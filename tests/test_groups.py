"""What happens to tests whose packages are not installed."""

import pytest

from carafe.config import ROOT
from carafe.testing import groups
from carafe.testing.suite import suite

OAUTH = ROOT / "tests/auth/oauth/test_log_in.py"


@pytest.fixture(autouse=True)
def _nothing_is_installed(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(groups, "find_spec", lambda name: None)


def test_they_are_skipped_and_named():
    assert groups.missing_group(OAUTH) == "oauth"
    assert groups.missing_group(ROOT / "tests/notes/browser/test_notes.py") == "browser"
    assert groups.missing_group(ROOT / "tests/auth/test_keys.py") is None
    with pytest.raises(pytest.skip.Exception) as skipped:
        groups.require("redis")
    names, command = groups.summary([str(skipped.value), "Skipped: needs the group s3", "other"])
    assert names == "Skipped tests of groups that are not installed: redis, s3."
    assert command.startswith("To run these, too: bin/setup base")
    assert {"redis", "s3"} <= set(command.split())


def test_nothing_is_said_where_all_ran():
    assert list(groups.summary(["Skipped: runs with REDIS_URL"])) == []


def test_in_ci_they_run_and_fail(monkeypatch):
    monkeypatch.setenv("CI", "true")
    groups.require("redis")
    assert groups.missing_group(OAUTH) is None


def test_each_group_of_tests_can_be_installed():
    files = {path.stem for path in (ROOT / "requirements").glob("*.txt")}
    assert set(groups.PACKAGES) | {"base", "dev"} == files
    assert set(suite().groups.values()) <= set(groups.PACKAGES)
    assert all(any(ROOT.glob(pattern)) for pattern in suite().groups)
