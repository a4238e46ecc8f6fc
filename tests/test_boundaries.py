"""The boundary between the engine and the app, and the order within each.

The engine imports nothing of the app. A package of the engine imports only packages above it in
`carafe.LAYERS`, a feature of the app only features above it in `FEATURES`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app import FEATURES
from carafe import LAYERS

ROOT = Path(__file__).parent.parent
ENGINE = [file for file in (ROOT / "carafe").rglob("*.py") if "tests" not in file.parts]
TEMPLATES = [*(ROOT / "carafe" / "templates").rglob("*.*")]
# Pages of the app that the engine extends, so that they have its look (docs/engine.md).
OWNED_BY_THE_APP = {"base.html", "error.html", "mail/layout.html"}


def modules_imported(file: Path, root: Path = ROOT) -> Iterator[str]:
    """Yield the full name of every module that a file imports, wherever in it."""
    package = file.relative_to(root).parent.parts
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*parents, *filter(None, [node.module])])
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            names = (a.value for a in node.args if isinstance(a, ast.Constant))
            yield from (name for name in names if isinstance(name, str))


def packages_used(file: Path, top: str) -> set[str]:
    """Return the packages of `top` ("app" or "carafe") that a module imports."""
    names = (name.split(".") for name in modules_imported(file))
    return {parts[1] for parts in names if parts[0] == top and len(parts) > 1}


def features_used(file: Path) -> set[str]:
    """Return the features that a module or template of the app refers to."""
    if file.suffix == ".py":
        return packages_used(file, "app") & {*FEATURES}
    found = re.findall(
        r'(?:extends|include|import|from) "(\w+)/|url_for\(["\'](\w+)\.', file.read_text()
    )
    return {name for pair in found for name in pair} & {*FEATURES}


def path_of(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def test_the_engine_imports_nothing_of_the_app():
    assert ENGINE
    wrong = {path_of(file) for file in ENGINE if {*modules_imported(file)} & {"app", "config"}}
    wrong |= {path_of(file) for file in ENGINE if packages_used(file, "app")}
    assert wrong == set()


def test_the_engine_names_no_page_of_the_app():
    # `admin` is a package of both.
    names = "|".join({*FEATURES} - {*LAYERS})
    named = re.compile(rf"""url_for\(["'](?:{names}|auth)\.|["'](?:{names})/""")
    files = [*ENGINE, *TEMPLATES]
    assert {path_of(file) for file in files if named.search(file.read_text())} == set()


def test_templates_of_the_engine_extend_only_its_own_and_the_frame():
    own = {file.relative_to(ROOT / "carafe" / "templates").as_posix() for file in TEMPLATES}
    for file in TEMPLATES:
        used = re.findall(r'(?:extends|include|import|from) "([^"{]+)"', file.read_text())
        assert {*used} <= own | OWNED_BY_THE_APP, path_of(file)


def test_packages_of_the_engine_import_only_those_above():
    wrong = {}
    for file in ENGINE:
        package = file.relative_to(ROOT / "carafe").parts[0].removesuffix(".py")
        if package == "__init__":
            continue
        above = {*LAYERS[: LAYERS.index(package) + 1]}
        if below := packages_used(file, "carafe") & {*LAYERS} - above:
            wrong[path_of(file)] = sorted(below)
    assert wrong == {}


def test_the_layers_are_the_packages_of_the_engine():
    folder = ROOT / "carafe"
    packages = {file.parent.name for file in folder.glob("*/__init__.py")} - {"tests"}
    modules = {file.stem for file in folder.glob("*.py")} - {"__init__"}
    assert {*LAYERS} == packages | modules


@pytest.mark.parametrize("feature", FEATURES)
def test_a_feature_imports_only_features_above(feature):
    above = {*FEATURES[: FEATURES.index(feature) + 1]}
    folder = ROOT / "app" / feature
    files = [*folder.rglob("*.py"), *folder.rglob("*.html"), *folder.rglob("*.txt")]
    assert files
    wrong = {path_of(file): sorted(features_used(file) - above) for file in files}
    assert {path: below for path, below in wrong.items() if below} == {}


def test_every_folder_of_the_app_is_a_feature():
    assert {file.parent.name for file in ROOT.glob("app/*/__init__.py")} == {*FEATURES}


def test_every_way_to_import_is_noticed(tmp_path):
    file = tmp_path / "app" / "main" / "example.py"
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
        file.write_text(line)
        assert any(name.startswith("app.notes") for name in modules_imported(file, tmp_path)), line
