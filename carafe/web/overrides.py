"""Engine templates that the app overrides, and whether each is up to date.

An override starts with a comment that names the engine's version and the hash of the template it
was copied from. If an update changes that template, `flask check` reports the override.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import click
from flask import Flask, current_app
from jinja2 import BaseLoader, FileSystemLoader

from carafe import checks
from carafe.cli import Group
from carafe.version import __version__

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# `-#}`, because a subject line must not begin with the comment's line break.
HEADER = "{{# replaces {name} of carafe {version}, {hash} -#}}\n"
IN_HEADER = re.compile(r"\A\{# replaces \S+ of carafe (\S+), ([0-9a-f]{12}) -#\}\n")

templates = Group("template", help="Manage overrides of the engine's templates.")


@dataclass(frozen=True)
class Override:
    """A template of the app with the path of one of the engine's."""

    name: str
    file: Path

    def problem(self) -> str | None:
        """Return why the override needs attention, or None."""
        if self.file.parents[self.name.count("/")] != app_folder():
            return f"{self.file} is never used, because overrides belong in {app_folder()}"
        header = IN_HEADER.match(self.file.read_text(encoding="utf-8"))
        if header is None:
            return f"{self.name} doesn't say which version it replaces"
        if header[2] != template_hash(self.name):
            return f"{self.name} replaces that of carafe {header[1]}, which has changed since"
        return None


def app_folder() -> Path:
    """Return the app's template folder, where Flask looks first."""
    return _search_path(current_app.jinja_loader)[0]


def template_hash(name: str) -> str:
    """Return the start of the SHA-256 of one of the engine's templates."""
    return sha256((TEMPLATES / name).read_bytes()).hexdigest()[:12]


def engine_names() -> list[str]:
    files = (file for file in TEMPLATES.rglob("*") if file.is_file())
    return sorted(file.relative_to(TEMPLATES).as_posix() for file in files)


def overrides() -> Iterator[Override]:
    """Yield the app's templates that have the path of one of the engine's."""
    names = engine_names()
    for folder in _folders():
        for name in names:
            if (folder / name).is_file():
                yield Override(name, folder / name)


def _folders() -> Iterator[Path]:
    yield app_folder()
    for blueprint in current_app.iter_blueprints():
        paths = (path.resolve() for path in _search_path(blueprint.jinja_loader))
        yield from (path for path in paths if not path.is_relative_to(TEMPLATES))


def _search_path(loader: BaseLoader | None) -> list[Path]:
    return [*map(Path, loader.searchpath)] if isinstance(loader, FileSystemLoader) else []


def outdated() -> str | None:
    problems = [*filter(None, (override.problem() for override in overrides())), *_orphans()]
    return f"{'; '.join(problems)}." if problems else None


def _orphans() -> Iterator[str]:
    """Yield problems with overrides of templates that the engine no longer has."""
    for file in sorted(app_folder().rglob("*")):
        name = file.relative_to(app_folder()).as_posix()
        if file.is_file() and not (TEMPLATES / name).is_file():
            with file.open(encoding="utf-8", errors="replace") as lines:
                if IN_HEADER.match(lines.readline()):
                    yield f"{name} replaces a template that carafe {__version__} doesn't have"


@templates.command("list")
def list_templates() -> None:
    """List the engine's templates, marking those that the app overrides with a star."""
    names = {override.name for override in overrides()}
    for name in engine_names():
        click.echo(f"{'*' if name in names else ' '} {name}")


@templates.command("override")
@click.argument("name")
def override(name: str) -> None:
    """Copy a template of the engine into the app, to change it there."""
    file = _target(name)
    if file.exists():
        raise click.ClickException(f"{file} already exists.")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(_header(name) + (TEMPLATES / name).read_text(encoding="utf-8"), "utf-8")
    click.echo(f"Change {file}.")


@templates.command("mark")
@click.argument("name")
def mark(name: str) -> None:
    """Record that an override is up to date with the engine's template."""
    file = _target(name)
    if not file.is_file():
        raise click.ClickException(f"No such file: {file}.")
    file.write_text(_header(name) + IN_HEADER.sub("", file.read_text(encoding="utf-8")), "utf-8")
    click.echo(f"{file} replaces the template of carafe {__version__}.")


def _header(name: str) -> str:
    return HEADER.format(name=name, version=__version__, hash=template_hash(name))


def _target(name: str) -> Path:
    if name not in engine_names():
        raise click.ClickException(f"The engine has no template {name}. flask template list")
    return app_folder() / name


def init_app(app: Flask) -> None:
    app.cli.add_command(templates)
    checks.add(
        app,
        "core.overrides",
        outdated,
        level="warning",
        remedy="Compare each with the file in carafe/templates, then run flask template mark.",
        all_environments=True,
    )
