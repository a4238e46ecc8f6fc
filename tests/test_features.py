"""Features can be added, copied, and deleted: each test changes a copy of the project.

The longest tests come first, so that none of them runs alone at the end.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import pytest
from sqlalchemy import make_url

from app import FEATURES
from carafe.testing.database import database_for
from carafe.testing.groups import PACKAGES

ROOT = Path(__file__).parent.parent
# Compiled modules are copied: they remain valid, and save each process a second.
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".env", ".*_cache", "instance", "*.egg-info", "node_modules"
)


@pytest.fixture
def project(tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    return copy


@pytest.fixture(scope="session")
def filled(tmp_path_factory, database_url):
    """Return the folder of an app with data, and the name of its database if that isn't a file."""
    folder = tmp_path_factory.mktemp("filled")
    with database(folder, "filled", database_url) as url:
        assert run_in(ROOT, "-m", "tests.recipes", "fill", str(folder), url) == ""
        yield folder, make_url(url).database if database_url else None


def database(
    folder: Path, name: str, shared: str | None, template: str | None = None
) -> AbstractContextManager[str]:
    """Return the URL of a PostgreSQL database beside `shared`, or of a file in `folder`."""
    if shared:
        return database_for(name, shared, template)
    file = folder / "own.db"
    file.touch()
    return nullcontext(f"sqlite:///{file}")


def run_in(project: Path, *arguments: str, **variables: str) -> str:
    """Run Python in a copy of the project; return its output, with the traceback after an error."""
    ours = ("CI", "DATABASE_URL", "PYTEST_")
    environ = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environ |= variables
    run = subprocess.run(
        [sys.executable, *arguments],
        cwd=project, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-8000:] + run.stderr
    return run.stdout


def change_features(project: Path, old: str, new: str) -> None:
    file = project / "app" / "__init__.py"
    assert old in file.read_text()
    file.write_text(file.read_text().replace(old, new))


@pytest.fixture
def follow(project, tmp_path, filled, database_url):
    """Check the result of a recipe (see `tests/recipes.py`) with data; return errors."""
    folder, template = filled
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with database(tmp_path, "copy", database_url, template) as url:
        yield lambda recipe: run_in(project, "-m", "tests.recipes", recipe, str(tmp_path), url)


# What no other feature changes, and takes seconds: what a form answers to odd input is its own, and
# so are the words of a page. The committed document is written again after a change.
UNAFFECTED = [
    "tests/security/test_odd_input.py",
    "tests/test_checkout.py",
    "tests/test_committed_openapi.py",
    "tests/test_deployment.py",
    "tests/test_private_names.py",
    "tests/test_wording.py",
]


def remove(project: Path, feature: str) -> None:
    """As docs/customize.md says."""
    shutil.rmtree(project / "app" / feature)
    shutil.rmtree(project / "tests" / feature)
    change_features(project, f'    "{feature}",\n', "")
    if feature == "main":
        config = project / "config.py"
        config.write_text(config.read_text().replace("/dashboard", "/notes/"))


def rename(project: Path) -> None:
    """As docs/customize.md says, to a name that has to be escaped in HTML."""
    config = project / "config.py"
    text = config.read_text().replace('Env("Carafe"', 'Env("Bread & Butter"')
    config.write_text(text.replace('"Carafe <carafe@localhost>"', '"Bakery <bread@localhost>"'))


def run_remaining_tests(
    project: Path, database_url: str | None, *paths: str, hidden: Iterable[str] = ()
) -> None:
    """Run them, as if the `hidden` packages weren't installed.

    On SQLite in one process, since another removal runs beside it.
    """
    database = {"DATABASE_URL": database_url} if database_url else {}
    arguments = ["-p", "no:cacheprovider", "-m", "not browser"]
    arguments += [f"--ignore={path}" for path in UNAFFECTED]
    arguments += ["--database-only", "-n", "auto"] if database_url else []
    # The import system takes a module that is None for one that doesn't exist.
    start = f"import pytest, sys; sys.modules |= dict.fromkeys({[*hidden]})"
    start += "; sys.exit(pytest.main(sys.argv[1:]))"
    run_in(project, "-c", start, *arguments, *paths, **database)


@pytest.mark.copies
@pytest.mark.parametrize("feature", FEATURES[1:])
def test_it_can_lose_a_feature(project, follow, feature, database_url):
    """A database that has data can be migrated, and all remaining tests pass."""
    remove(project, feature)
    if feature == "notes":
        rename(project)
    output = follow("remove")
    assert [line for line in output.splitlines() if line.startswith("remove:")] == []
    if feature == "notes" or not database_url:
        # Many delete their example in a new clone, where `bin/dev` installed no optional groups.
        hidden = PACKAGES.values() if feature == "notes" and not database_url else []
        run_remaining_tests(project, database_url, hidden=hidden)


def copy_the_example(project: Path) -> None:
    """As docs/customize.md says."""
    words = {"notes": "tasks", "note": "task", "Note": "Task"}
    for folder in ("app", "tests"):
        made = shutil.copytree(
            project / folder / "notes",
            project / folder / "tasks",
            ignore=shutil.ignore_patterns("__pycache__"),
        )
        for templates in made.rglob("templates/notes"):
            templates.rename(templates.with_name("tasks"))
        for file in filter(Path.is_file, made.rglob("*")):
            content = file.read_text()
            for old, new in words.items():
                content = content.replace(old, new)
            file.write_text(content)
    change_features(project, '    "notes",\n', '    "notes",\n    "tasks",\n')


@pytest.mark.copies
def test_its_example_can_be_copied(project, follow):
    copy_the_example(project)
    assert "No changes" not in (output := follow("copy"))
    assert [line for line in output.splitlines() if line.startswith("copy:")] == []
    [migration] = (project / "migrations" / "versions").glob("*_add_tasks.py")
    assert 'fulltext.create_index(op, "task", ["title"])' in migration.read_text()


def write_the_guide(project: Path) -> None:
    """Write the code of docs/feature.md into the files that its first lines name."""
    guide = (ROOT / "docs" / "feature.md").read_text()
    for language, name, code in re.findall(r"```(\w+)\n.. ?([^\s,]+).*\n([^`]*)```", guide):
        file = project / (name if name == "config.py" else f"app/{name}")
        if name == "config.py":
            start = "    HOME_URL = "
            assert file.read_text().count(start) == 1
            file.write_text(file.read_text().replace(start, code + start))
        else:
            assert language == "python" or file.suffix in (".html", ".txt")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(code)
    change_features(project, '    "notes",\n', '    "notes",\n    "authors",\n    "books",\n')


@pytest.mark.copies
def test_the_guide_to_features_works(project, follow):
    write_the_guide(project)
    output = follow("guide")
    assert [line for line in output.splitlines() if line.startswith("guide:")] == []


@pytest.mark.copies
def test_it_starts_and_answers_without_its_last_features(tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "tests.probe", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
