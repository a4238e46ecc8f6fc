"""`bin/new` makes a clone an owner's project. It removes this file."""

import shutil
import subprocess
import sys

import pytest

from tests.test_features import ROOT, project, run_remaining_tests

__all__ = ["project"]  # a fixture

# Where a name, a file, or a migration could be missed; the others see the same as here, and those
# without notes run in `test_features.py`.
TOUCHED = ["tests/core", "tests/mail", "tests/main", "tests/migrations", "tests/test_demo.py",
           "tests/test_documentation.py", "tests/test_engine_page.py"]  # fmt: skip


def git(project, *arguments):
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(project):
    (project / "instance").mkdir()
    shutil.copy(ROOT / "instance" / ".gitignore", project / "instance")
    git(project, "init", "--quiet")
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", "Everything")
    return project


def run(clone, *arguments):
    """Run `bin/new` without a terminal."""
    command = [sys.executable, "bin/new", *arguments]
    return subprocess.run(
        command, cwd=clone, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def named_carafe(project):
    """Return the files outside the engine that name the starter."""
    found = subprocess.run(
        ["git", "grep", "-lw", "Carafe", "--", ":!carafe"],
        cwd=project, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.stdout.split()


@pytest.mark.copies
def test_it_gives_a_project_its_name_and_tests_pass(clone):
    (clone / "instance" / "app.db").write_bytes(b"tried out")
    result = run(clone, "Tea House", "--without", "notes")
    assert result.returncode == 0, result.stderr
    assert "bin/dev" in result.stdout
    git(clone, "add", "--all")
    assert named_carafe(clone) == []
    assert 'APP_NAME = Env("Tea House"' in (clone / "config.py").read_text()
    assert 'name = "tea-house"' in (clone / "pyproject.toml").read_text()
    assert "/etc/tea-house.env" in (clone / "docs" / "deployment.md").read_text()
    assert "the Tea House authors" in (clone / "LICENSE").read_text()
    key = (clone / ".env").read_text()
    assert len(key.removeprefix("SECRET_KEY=").strip()) >= 48
    assert ".env" not in git(clone, "ls-files").split()
    kept = clone / "instance" / "before-new-app.db"
    assert kept.read_bytes() == b"tried out"
    for name in (
        "bench",
        "bin/new",
        "tests/test_new.py",
        "tests/test_update.py",
        "app/notes",
        "docs/asvs.md",
    ):
        assert not (clone / name).exists(), name
    run_remaining_tests(clone, None, *TOUCHED)


@pytest.mark.copies
def test_it_makes_a_copy_with_a_history_of_its_own(clone, tmp_path, monkeypatch):
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ann@example.com")
    before = git(clone, "status", "--porcelain")
    copy = tmp_path / "teahouse"
    result = run(clone, "Thé & Café", str(copy))
    assert "without &" in result.stderr
    result = run(clone, "Thé Café", str(copy))
    assert result.returncode == 0, result.stderr
    assert git(copy, "log", "--format=%s").split("\n")[0] == "Start Thé Café"
    assert 'name = "the-cafe"' in (copy / "pyproject.toml").read_text()
    assert (copy / "app" / "notes").is_dir()
    assert named_carafe(copy) == []
    assert git(clone, "status", "--porcelain") == before
    again = run(clone, "Thé Café", str(copy))
    assert "exists already" in again.stderr


@pytest.mark.copies
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([""], "1 to 100 characters"),
        (["x" * 101], "1 to 100 characters"),
        (["Tea\nHouse"], "1 to 100 characters"),
        (['Tea "House"'], 'without "'),
        (["茶屋"], "--slug"),
        (["Tea House", "--without", "rocks"], "unknown: rocks"),
    ],
)
def test_it_refuses_what_cannot_be_a_name_and_changes_nothing(clone, arguments, problem):
    result = run(clone, *arguments)
    assert result.returncode != 0
    assert problem in result.stderr
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.copies
def test_it_refuses_changes_that_are_not_committed(clone):
    (clone / "config.py").write_text("# mine\n")
    assert "Commit or stash them" in run(clone, "Tea House").stderr
    assert (clone / "config.py").read_text() == "# mine\n"
