"""The database: models' base, session, transactions, and functions to run with a commit."""

from carafe.database.base import Base, bytewise, db, get_recorded_queries, is_binary_collated
from carafe.database.hooks import before_commit, on_commit, on_commit_all
from carafe.database.inserts import dialect_insert, dummy_insert
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
    SAFE_METHODS,
    advisory_lock,
    may_write,
    mode,
    reading,
    writing,
)

__all__ = [
    "BUSY_TIMEOUT_SECONDS",
    "MIN_SQLITE_VERSION",
    "POSTGRESQL_OPTIONS",
    "SAFE_METHODS",
    "Base",
    "advisory_lock",
    "before_commit",
    "bytewise",
    "configure_sqlite",
    "database_url",
    "db",
    "dialect_insert",
    "dummy_insert",
    "get_recorded_queries",
    "init_app",
    "is_binary_collated",
    "may_write",
    "mode",
    "on_commit",
    "on_commit_all",
    "reading",
    "register_sqlite_functions",
    "sqlite_driver",
    "sqlite_options",
    "writing",
]
