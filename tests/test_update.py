"""`bin/update` brings what is new in the starter into a project made with `bin/new`."""

import subprocess
import sys

import pytest

from tests.test_new import clone, git, project, run

__all__ = ["clone", "project"]  # fixtures

MIGRATION = '''"""a table of the engine"""

import sqlalchemy as sa
from alembic import op

revision = "engine_steeping"
down_revision = "{}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("steeping", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("steeping")
'''


@pytest.fixture
def upstream(clone):
    git(clone, "tag", "v1")
    return clone


@pytest.fixture
def ours(upstream, tmp_path, monkeypatch):
    """A project made from the first version, without the example."""
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ann@example.com")
    folder = tmp_path / "teahouse"
    result = run(upstream, "Tea House", str(folder), "--without", "notes")
    assert result.returncode == 0, result.stderr
    return folder


def edit(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def commit(project, message):
    git(project, "add", "--all")
    git(project, "commit", "--quiet", "--message", message)


def release(upstream):
    """Commit the second version: changes of the engine, the app, and the example."""
    edit(upstream / "carafe" / "plurals.py", '"""', '"""Revised. ')
    edit(upstream / "app" / "account" / "forms.py", '"""', '"""Revised by Carafe. ')
    edit(upstream / "app" / "main" / "__init__.py", '"""', '"""Revised. ')
    edit(upstream / "app" / "notes" / "forms.py", '"""', '"""Revised. ')
    (upstream / "carafe" / "steeping.py").write_text('"""Steeping."""\n')
    (upstream / "carafe" / "network.py").unlink()
    versions = upstream / "migrations" / "versions"
    parent = last_revision(versions)
    (versions / "engine_steeping.py").write_text(MIGRATION.format(parent))
    edit(upstream / "CHANGELOG.md", "# Changes\n", "# Changes\n\n* Tea.\n* Security: no leaks.\n")
    commit(upstream, "Steep")
    git(upstream, "tag", "v2")


def last_revision(versions):
    texts = [file.read_text() for file in versions.glob("*.py")]
    revisions, parents = (
        {
            line.partition('"')[2].rstrip('"')
            for text in texts
            for line in text.splitlines()
            if line.startswith(name)
        }
        for name in ("revision = ", 'down_revision = "')
    )
    [last] = revisions - parents
    return last


def update(project, *arguments):
    command = [sys.executable, "bin/update", "--no-tests", *arguments]
    return subprocess.run(command, cwd=project, check=False, capture_output=True, text=True)


@pytest.mark.copies
def test_it_brings_a_version_and_keeps_what_is_ours(upstream, ours):
    versions = ours / "migrations" / "versions"
    (versions / "0004_menu.py").write_text(
        MIGRATION.format(last_revision(versions)).replace("engine_steeping", "0004")
    )
    edit(ours / "app" / "account" / "forms.py", "Name", "Full name")
    edit(ours / "app" / "main" / "__init__.py", '"""', '"""Ours. ')
    edit(ours / "carafe" / "plurals.py", "\n\n", "\n\n# Ours.\n")
    commit(ours, "Ours")
    release(upstream)
    result = update(ours)
    assert result.returncode == 0, result.stderr
    assert result.stdout.index("no leaks") < result.stdout.index("Tea.")
    forms = (ours / "app" / "account" / "forms.py").read_text()
    assert "Full name" in forms
    assert "Revised by Tea House. " in forms
    conflict = (ours / "app" / "main" / "__init__.py").read_text()
    assert "<<<<<<< yours" in conflict
    assert "app/main/__init__.py" in result.stdout.partition("Conflicts")[2]
    engine = (ours / "carafe" / "plurals.py").read_text()
    assert "# Ours." in engine
    assert "Revised. " in engine
    assert "carafe/plurals.py" in result.stdout.partition("edited the engine")[2]
    assert (ours / "carafe" / "steeping.py").exists()
    assert not (ours / "carafe" / "network.py").exists()
    assert not (ours / "app" / "notes").exists()
    assert 'down_revision = "0004"' in (versions / "engine_steeping.py").read_text()
    assert git(ours, "log", "--format=%s").split("\n")[0] == "Ours"
    assert 'APP_NAME = Env("Tea House"' in (ours / "config.py").read_text()
    assert "Commit or stash" in update(ours).stderr
    commit(ours, "Update")
    assert "newest version" in update(ours).stderr


@pytest.mark.copies
def test_it_takes_the_version_or_the_folder_that_it_is_told(upstream, ours, tmp_path):
    release(upstream)
    assert "newest version" in update(ours, "v1").stderr
    assert "git rev-parse failed" in update(ours, "v9").stderr
    assert git(ours, "status", "--porcelain") == ""
    elsewhere = tmp_path / "elsewhere"
    upstream.rename(elsewhere)
    assert "git clone failed" in update(ours).stderr
    assert update(ours, str(elsewhere)).returncode == 0
    assert (ours / "carafe" / "steeping.py").exists()


@pytest.mark.copies
def test_it_leaves_alone_what_was_not_made_with_it(clone):
    assert "bin/new" in update(clone).stderr
