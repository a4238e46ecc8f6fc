"""The app uses what its libraries promise: no private names of theirs, no methods replaced."""

import ast
from inspect import isfunction

import pytest
from flask import Flask

from carafe.config import ROOT
from carafe.testing.apps import another_app

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
    # SQLAlchemy has no public reader for the variants of a type.
    "_variant_mapping": "carafe/database/base.py",
}
FILES = [
    path
    for folder in ("app", "carafe", "migrations")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if not {"testing", "tests"} & {*path.parts}
] + [ROOT / "config.py", ROOT / "gunicorn.conf.py", ROOT / "wsgi.py"]


def own_names() -> set[str]:
    """The private names that the app itself defines."""
    names = set()
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                names.add(node.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                names.add(node.attr)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
    return {name for name in names if name.startswith("_")}


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


def test_it_uses_no_private_name_of_a_library():
    own = own_names()
    found = set()
    for file in FILES:
        path = str(file.relative_to(ROOT))
        for node in ast.walk(ast.parse(file.read_text())):
            names = [node.attr] if isinstance(node, ast.Attribute) else []
            if isinstance(node, ast.ImportFrom):
                names = [alias.name for alias in node.names] + (node.module or "").split(".")
            for name in filter(is_private, names):
                allowed = name in ALLOWED and path.startswith(ALLOWED[name])
                if name not in own and not allowed:
                    found.add((path, name))
    assert not found


@pytest.mark.parametrize("settings", [{}, {"APP_ENV": "development"}])
def test_it_replaces_no_method_of_flask(settings, app):
    with another_app(app, **settings) as made:
        replaced = {name for name in vars(made) if isfunction(getattr(Flask, name, None))}
    # Documented as the place for middleware. The other is replaced by Flask-DebugToolbar itself.
    assert replaced - ({"dispatch_request"} if made.debug else set()) == {"wsgi_app"}
