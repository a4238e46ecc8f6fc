"""`flask openapi` and `flask deprecated-calls`"""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import with_appcontext

from carafe.api.deprecation import list_calls
from carafe.cli import Command


@click.command("openapi", cls=Command)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--check", is_flag=True, help="Write nothing; fail if the file would change.")
@with_appcontext
def openapi(file: Path, check: bool) -> None:
    """Write the OpenAPI document of the API to FILE, and say what changes for clients."""
    # These load apispec, which no other command needs.
    from carafe.api.compatibility import compare
    from carafe.api.document import build

    document = build()
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    if old:
        for finding in compare(json.loads(old), document):
            click.echo(str(finding))
    if check and text != old:
        raise click.ClickException(f"{file} isn't current. Run: bin/openapi")
    if not check:
        file.write_text(text, encoding="utf-8")


@click.command("deprecated-calls", cls=Command)
@with_appcontext
def deprecated_calls() -> None:
    """Print which tokens still call operations of the API that will be removed."""
    calls = list_calls()
    if not calls:
        click.echo("Nobody has called a deprecated operation.")
    for operation, count, last_at, name, email in calls:
        day = last_at.date().isoformat()
        click.echo(f"{operation}: {count:,} times, last on {day}, by “{name}” of {email}")
