"""The database: models' base, session, transactions, and functions to run with a commit."""

from carafe.database.base import Base, bytewise, db, get_recorded_queries, is_bytewise
from carafe.database.hooks import before_commit, on_commit, on_commit_all
from carafe.database.inserts import insert_into, rehearse_insert
from carafe.database.setup import POSTGRESQL_OPTIONS, database_url, init_app
from carafe.database.sqlite import (
    BUSY_TIMEOUT_SECONDS,
    MIN_SQLITE_VERSION,
    configure_sqlite,
    register_sqlite_functions,
    sqlite_driver,
    sqlite_options,
)
from carafe.database.transactions import (
    READING_METHODS,
    may_write,
    mode,
    reading,
    take_turns,
    writing,
)

__all__ = [
    "BUSY_TIMEOUT_SECONDS",
    "MIN_SQLITE_VERSION",
    "POSTGRESQL_OPTIONS",
    "READING_METHODS",
    "Base",
    "before_commit",
    "bytewise",
    "configure_sqlite",
    "database_url",
    "db",
    "get_recorded_queries",
    "init_app",
    "insert_into",
    "is_bytewise",
    "may_write",
    "mode",
    "on_commit",
    "on_commit_all",
    "reading",
    "register_sqlite_functions",
    "rehearse_insert",
    "sqlite_driver",
    "sqlite_options",
    "take_turns",
    "writing",
]
