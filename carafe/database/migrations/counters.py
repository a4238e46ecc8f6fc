"""The counters of SQLite's tables with AUTOINCREMENT, which go with a table that is dropped."""

from sqlalchemy import Connection


def largest_ids(connection: Connection) -> dict[str, int]:
    """Return the largest id that each table with AUTOINCREMENT has ever given."""
    run = connection.exec_driver_sql
    if run("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").first() is None:
        return {}
    rows = run("SELECT name, max(seq) FROM sqlite_sequence WHERE name <> '' GROUP BY name")
    return {name: largest for name, largest in rows if largest is not None}


def restore(connection: Connection, before: dict[str, int]) -> None:
    """After migrations: let no table give an id again that it gave before them.

    Neither one that SQL of their own rebuilt, nor one that was dropped and is created again some
    day: what was about a row that no longer exists, such as the audit, would be about another.
    """
    after = largest_ids(connection)
    for name, largest in before.items():
        set_largest_id(connection, name, max(largest, after.get(name, 0)))


def set_largest_id(connection: Connection, table: str, largest: int) -> None:
    """Let the next id of a table be larger than this."""
    run = connection.exec_driver_sql
    run("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    run("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, largest))
