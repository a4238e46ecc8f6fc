"""The shape of the app: a feature knows those above it in FEATURES, and the last ones can go."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import FEATURES

ROOT = Path(__file__).parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".*", "__pycache__", "instance", "*.egg-info", "docs", "bench", "node_modules"
)


def modules_imported(file: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, by its full name."""
    package = file.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            names = (a.value for a in node.args if isinstance(a, ast.Constant))
            yield from (name for name in names if isinstance(name, str))


def features_used(file: Path) -> set[str]:
    """The features that a module or template of the app refers to."""
    if file.suffix == ".py":
        names = {m.split(".")[1] for m in modules_imported(file) if m.startswith("app.")}
    else:
        names = set(
            re.findall(
                r'(?:extends|include|import|from) "(\w+)/|url_for\(["\'](\w+)\.', file.read_text()
            )
        )
        names = {name for pair in names for name in pair}
    return names & set(FEATURES)


def files_of(feature: str) -> list[Path]:
    folder = ROOT / "app" / feature
    return [*folder.rglob("*.py"), *folder.rglob("*.html"), *folder.rglob("*.txt")]


@pytest.mark.parametrize("feature", FEATURES)
def test_it_imports_only_what_is_above(feature):
    at_most = set(FEATURES[: FEATURES.index(feature) + 1])
    files = files_of(feature)
    assert files
    wrong = {
        str(file.relative_to(ROOT)): sorted(below)
        for file in files
        if (below := features_used(file) - at_most)
    }
    assert wrong == {}


def test_it_lists_every_folder():
    folders = {file.parent.name for file in ROOT.glob("app/*/__init__.py")}
    assert folders == set(FEATURES)


def test_it_lets_core_know_no_feature_by_name():
    names = "|".join(FEATURES[1:])
    named = re.compile(rf"""["'](?:{names})[./:]|\bapp[./](?:{names})\b|["']/(?:{names})\b""")
    for file in files_of("core"):
        assert not named.search(file.read_text()), file


def test_it_notices_every_way_to_import(tmp_path, monkeypatch):
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    file = tmp_path / "app" / "core" / "example.py"
    file.parent.mkdir(parents=True)
    for line in (
        "import app.notes.models",
        "from app import notes",
        "from app.notes import models",
        "def late():\n    from app.notes.models import Note",
        "from ..notes import models",
        "from .. import notes",
        "import_module('app.notes')",
    ):
        file.write_text(line.replace("notes", FEATURES[-1]))
        assert features_used(file) == {FEATURES[-1]}, line


def test_it_starts_and_answers_without_its_last_features(tmp_path):
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    result = subprocess.run(
        [sys.executable, "-m", "tests.probe", str(tmp_path)],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


def test_it_can_lose_its_last_feature(tmp_path):
    """`rm -r app/x tests/x` and one line. All tests are collected, and those are run of pages that
    show what features add, and of what goes through all of them.
    """
    feature, copy = FEATURES[-1], tmp_path / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
    shutil.rmtree(copy / "app" / feature)
    shutil.rmtree(copy / "tests" / feature)
    lines = (copy / "app" / "__init__.py").read_text().splitlines(keepends=True)
    lines.remove(f'    "{feature}",\n')
    (copy / "app" / "__init__.py").write_text("".join(lines))

    chosen = "tests/main tests/core/test_queries.py tests/core/test_nav.py tests/test_demo.py"
    chosen += " tests/admin/test_overview.py tests/admin/test_lists.py tests/admin/test_search.py"
    chosen += " tests/admin/test_global_search.py tests/admin/test_access.py"
    chosen += " tests/security/test_routes.py tests/account/test_export.py"
    chosen += " tests/test_migrations.py::test_it_leads_to_the_models"
    chosen += " tests/test_features.py::test_it_imports_only_what_is_above"
    environ = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    for arguments in (["--collect-only"], chosen.split()):
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments],
            cwd=copy, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stdout[-3000:] + run.stderr
