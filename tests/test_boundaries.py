"""The boundary between the engine and the app, and the order within each.

The engine imports nothing from the app, and the app imports only what the engine's packages list
in `__all__`. A package of the engine imports only packages above it in `carafe.LAYERS`, and a
feature of the app only features above it in `FEATURES`.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

from app import FEATURES
from carafe import LAYERS

ROOT = Path(__file__).parent.parent
ENGINE = [file for file in (ROOT / "carafe").rglob("*.py") if "tests" not in file.parts]
TEMPLATES = [*(ROOT / "carafe" / "templates").rglob("*.*")]
APP = [*(ROOT / "app").rglob("*.py"), ROOT / "config.py", ROOT / "wsgi.py"]
PAGES_WITH_CODE = sorted(path.name for path in (ROOT / "docs").glob("*.md"))
MAX_CIRCLE_LENGTH = 3  # files
# Templates of the app that the engine's pages extend, to share its look (docs/engine.md).
OWNED_BY_THE_APP = {"base.html", "error.html", "mail/layout.html"}


def modules_imported(file: Path, root: Path = ROOT) -> Iterator[str]:
    """Yield the full name of every module that a file imports, at any place in it."""
    yield from modules_in(file.read_text(), file.relative_to(root).parent.parts)


@cache
def modules_in(code: str, package: tuple[str, ...]) -> frozenset[str]:
    modules: set[str] = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            parents = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*parents, *filter(None, [node.module])])
            modules |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Call) and "import" in function_name(node.func):
            values = [a.value for a in node.args if isinstance(a, ast.Constant)]
            modules |= {value for value in values if isinstance(value, str)}
    return frozenset(modules)


def function_name(node: ast.expr) -> str:
    return getattr(node, "id", "") or getattr(node, "attr", "")


def packages_used(file: Path, top: str) -> set[str]:
    """Return the packages of `top` ("app" or "carafe") that a module imports."""
    names = (name.split(".") for name in modules_imported(file))
    return {parts[1] for parts in names if parts[0] == top and len(parts) > 1}


def is_public(module: ModuleType, name: str) -> bool:
    """Tell whether `name` is in the `__all__` of a module, or one of the engine's packages."""
    if module.__name__ == "carafe" and name in LAYERS:
        return True
    return name in module.__all__ if hasattr(module, "__all__") else not name.startswith("_")


def private_names_used(code: str) -> Iterator[str]:
    """Yield the names that code imports or reads from the engine that are not public."""
    tree = ast.parse(code)
    modules: dict[str, ModuleType] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for path in (alias.name for alias in node.names):
                if path == "carafe":
                    modules["carafe"] = import_module("carafe")
                elif path.startswith("carafe."):
                    yield path
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "carafe":
            yield from private_names_imported(node, modules)
    for attribute in (node for node in ast.walk(tree) if isinstance(node, ast.Attribute)):
        module = module_of(attribute.value, modules)
        if module and not is_public(module, attribute.attr):
            yield f"{module.__name__}.{attribute.attr}"


def private_names_imported(node: ast.ImportFrom, modules: dict[str, ModuleType]) -> Iterator[str]:
    """Yield the names that are not public, and add the modules among the others to `modules`."""
    path = node.module or ""
    _, _, package = path.partition(".")
    for alias in node.names:
        if (package and package not in LAYERS) or not is_public(import_module(path), alias.name):
            yield f"{path}.{alias.name}"
            continue
        if package == "" and alias.name in LAYERS:
            value = import_module(f"carafe.{alias.name}")
        else:
            value = getattr(import_module(path), alias.name)
        if isinstance(value, ModuleType):
            modules[alias.asname or alias.name] = value


def module_of(node: ast.expr, modules: Mapping[str, ModuleType]) -> ModuleType | None:
    """Return the module that an expression such as `admin.series` refers to, or None."""
    if isinstance(node, ast.Name):
        return modules.get(node.id)
    if isinstance(node, ast.Attribute) and (parent := module_of(node.value, modules)):
        value = getattr(parent, node.attr, None)
        return value if isinstance(value, ModuleType) else None
    return None


def file_of(module: str) -> Path | None:
    """Return the file of a module in this project, or None."""
    path = ROOT.joinpath(*module.split("."))
    files = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in files if file.exists()), None)


def files_imported(file: Path) -> set[Path]:
    """Return the files that a file imports at run time, at the top or within a function."""
    tree = ast.parse(file.read_text())
    for_types = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for child in ast.walk(node)
    }
    files = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            files |= {file_of(alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node not in for_types:
            # A name imported from a package is a module with its own file, or in `__init__.py`.
            module = node.module or ""
            files |= {file_of(f"{module}.{a.name}") or file_of(module) for a in node.names}
    return {imported for imported in files if imported and imported != file}


def import_circles(graph: Mapping[Path, set[Path]]) -> set[frozenset[Path]]:
    """Return groups of files that all import each other, directly or indirectly."""
    reachable = {file: reachable_from(file, graph) for file in graph}
    circles = (
        frozenset(other for other in reachable[file] if file in reachable[other]) for file in graph
    )
    return {circle for circle in circles if circle}


def reachable_from(file: Path, graph: Mapping[Path, set[Path]]) -> set[Path]:
    reached: set[Path] = set()
    waiting = [*graph[file]]
    while waiting:
        if (other := waiting.pop()) not in reached:
            reached.add(other)
            waiting += graph[other]
    return reached


def features_used(file: Path) -> set[str]:
    """Return the features that a module or template of the app refers to."""
    if file.suffix == ".py":
        return packages_used(file, "app") & {*FEATURES}
    references = re.findall(
        r'(?:extends|include|import|from) "(\w+)/|url_for\(["\'](\w+)\.', file.read_text()
    )
    return {name for pair in references for name in pair} & {*FEATURES}


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


def test_templates_of_the_engine_contain_no_path_of_the_app():
    path = re.compile(rf"""["'}}]/(?:{"|".join({*FEATURES} - {"admin"})})/""")
    wrong = {path_of(file) for file in TEMPLATES if path.search(file.read_text())}
    assert wrong == set()


def test_templates_of_the_engine_extend_only_its_own_and_the_frame():
    names = {file.relative_to(ROOT / "carafe" / "templates").as_posix() for file in TEMPLATES}
    for file in TEMPLATES:
        used = re.findall(r'(?:extends|include|import|from) "([^"{]+)"', file.read_text())
        assert {*used} <= names | OWNED_BY_THE_APP, path_of(file)


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


def test_the_app_imports_only_what_the_engine_offers():
    names = {path_of(file): {*private_names_used(file.read_text())} for file in APP}
    assert {path: private for path, private in names.items() if private} == {}


@pytest.mark.parametrize("page", PAGES_WITH_CODE)
def test_the_code_of_pages_imports_only_what_the_engine_offers(page):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL)
    for block in blocks:
        if "import " in block:  # others are lines of a class
            assert {*private_names_used(block)} == set()


@pytest.mark.parametrize(
    "code",
    [
        "import carafe.auth.marks",
        "from carafe.auth.marks import login_required",
        "from carafe.auth import marks",
        "from carafe.database import SAFE_METHODS",
        "from carafe import templates",
        "from carafe import admin\nadmin.registration",
        "from carafe.auth import accounts\naccounts.reset.request_reset()",
        "import carafe\ncarafe.auth.marks",
    ],
)
def test_it_notices_what_the_engine_does_not_offer(code):
    assert [*private_names_used(code)]


def test_every_public_name_exists():
    for layer in LAYERS:
        module = import_module(f"carafe.{layer}")
        assert [n for n in getattr(module, "__all__", []) if not hasattr(module, n)] == [], layer


def test_no_import_circle_within_a_package_is_long():
    for folder in {file.relative_to(ROOT / "carafe").parts[0] for file in ENGINE}:
        files = [file for file in ENGINE if file.relative_to(ROOT / "carafe").parts[0] == folder]
        graph = {file: files_imported(file) & {*files} for file in files}
        circles = [sorted(map(path_of, circle)) for circle in import_circles(graph)]
        assert [circle for circle in circles if len(circle) > MAX_CIRCLE_LENGTH] == []


def test_an_import_circle_is_noticed():
    a, b, c = map(Path, "abc")
    assert import_circles({a: {b}, b: {a, c}, c: set()}) == {frozenset({a, b})}


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
