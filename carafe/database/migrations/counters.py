"""The counters of SQLite tables with AUTOINCREMENT, which are lost when a table is dropped."""

from sqlalchemy import Connection


def largest_ids(connection: Connection) -> dict[str, int]:
    """Return the largest ID that each table with AUTOINCREMENT has ever assigned."""
    run = connection.exec_driver_sql
    if run("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").first() is None:
        return {}
    rows = run("SELECT name, max(seq) FROM sqlite_sequence WHERE name <> '' GROUP BY name")
    return {name: largest for name, largest in rows if largest is not None}


def restore(connection: Connection, before: dict[str, int]) -> None:
    """After migrations, keep tables from assigning IDs again that they assigned before.

    Including tables that raw SQL rebuilt, or that were dropped and may be recreated: audit events
    about a deleted row would be about another one.
    """
    after = largest_ids(connection)
    for name, largest in before.items():
        set_largest_id(connection, name, max(largest, after.get(name, 0)))


def set_largest_id(connection: Connection, table: str, largest: int) -> None:
    """Make the next ID of a table larger than this."""
    run = connection.exec_driver_sql
    run("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
    run("INSERT INTO sqlite_sequence VALUES (?, ?)", (table, largest))
