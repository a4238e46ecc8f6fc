"""The app uses the public names of its libraries alone."""

import ast
from functools import cache
from pathlib import Path

from carafe.config import ROOT

# With the reason for each. What is not here has a public way.
ALLOWED = {
    # Documented by Werkzeug as the way to a proxy's object.
    "_get_current_object": "",
    # Named tuples: the underscore keeps them apart from fields.
    "_replace": "",
    "_asdict": "",
    # Reading the body here could fail or take long: only what was read already is of interest.
    "_cached_json": "carafe/observability/redaction.py",
    # Dramatiq has no public base class for the consumers of its Redis broker.
    "_RedisConsumer": "carafe/jobs/broker.py",
    # Werkzeug compiles two functions for each rule at once, and has no public way to wait.
    "_compile_builder": "carafe/web/routing.py",
    # Documented by marshmallow as the method of a field to override.
    "_deserialize": "carafe/api/fields.py",
    # SQLAlchemy has no public reader for the variants of a type.
    "_variant_mapping": "carafe/database/base.py",
}
FILES = [
    path
    for folder in ("app", "carafe", "migrations")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"testing", "tests"} & {*path.parts}
] + [ROOT / "config.py", ROOT / "gunicorn.conf.py", ROOT / "wsgi.py"]


@cache
def nodes(file: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(file.read_text())))


def own_names() -> set[str]:
    """The private names that the app itself defines."""
    names = set()
    for file in FILES:
        for node in nodes(file):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                names.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return {name for name in names if name.startswith("_")}


def is_inherited(node: ast.AST) -> bool:
    """Tell whether an attribute is that of a base class: `super()._name`."""
    call = getattr(node, "value", None)
    return (
        isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "super"
    )


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_it_uses_no_private_name_of_a_library():
    own_private_names = own_names()
    violations = set()
    for file in FILES:
        path = str(file.relative_to(ROOT))
        for node in nodes(file):
            names = [node.attr] if isinstance(node, ast.Attribute) else []
            if isinstance(node, ast.ImportFrom):
                names = [alias.name for alias in node.names] + (node.module or "").split(".")
            for name in filter(is_private, names):
                allowed = name in ALLOWED and path.startswith(ALLOWED[name])
                is_own = name in own_private_names and not is_inherited(node)
                if not is_own and not allowed:
                    violations.add((path, name))
    assert not violations
