"""names and notes in Unicode's normalization form C, as what is typed now

Else what was typed in another form is not found.
"""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _normalize("user", "name")
    _normalize("note", "title", "body")


def downgrade() -> None:
    pass  # text stays readable, and found


def _normalize(table: str, *columns: str) -> None:
    # Of SQLite's this one is added by `app.core.database.register_sqlite_functions`.
    function = {"sqlite": "nfc({})", "postgresql": "normalize({}, NFC)"}
    normalized = {
        column: function[op.get_context().dialect.name].format(column) for column in columns
    }
    values = ", ".join(f"{column} = {value}" for column, value in normalized.items())
    differs = " OR ".join(f"{column} <> {value}" for column, value in normalized.items())
    op.execute(f'UPDATE "{table}" SET {values} WHERE {differs}')  # noqa: S608  # nosec B608
