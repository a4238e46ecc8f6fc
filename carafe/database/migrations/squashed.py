"""Databases from before the migrations were squashed into `0001` to `0003`; until 1.0."""

from __future__ import annotations

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from click import ClickException
from sqlalchemy import Connection, inspect, text

from carafe.database.migrations import VERSION_TABLE

# The last revision of the former chain.
LAST = "0027"
TOO_OLD = (
    "The database is at revision {} of the migrations before they were squashed. Check out the "
    f"last commit that has migrations/versions/{LAST}_engine_version.py, run flask db upgrade, and "
    "then again with this code."
)


def adopt(connection: Connection, scripts: ScriptDirectory) -> None:
    """Let a database at the last revision of the former chain continue in this one.

    Raise `ClickException` for an earlier one, whose number could be taken for one of ours.
    """
    revision = MigrationContext.configure(connection).get_current_revision()
    tables = set(inspect(connection).get_table_names())
    # Every revision of the former chain had the first table, and only the last one the second.
    if "audit_event" in tables and VERSION_TABLE not in tables:
        raise ClickException(TOO_OLD.format(revision))
    if revision == LAST and LAST not in {script.revision for script in scripts.walk_revisions()}:
        connection.execute(
            text("UPDATE alembic_version SET version_num = :same WHERE version_num = :last"),
            {"same": same_revision(scripts), "last": LAST},
        )


def same_revision(scripts: ScriptDirectory) -> str:
    """Return the revision with the same schema as the last one of the former chain.

    If the example was deleted, the next migration may have its number.
    """
    files = {Path(script.path).name for script in scripts.walk_revisions()}
    return "0003" if "0003_notes.py" in files else "0002"
