"""The database: the models' base class, session, transactions, and commit hooks."""

from carafe.database.aliases import AnyRow, AnySelect
from carafe.database.base import Base, binary_collated, db
from carafe.database.batches import delete_in_batches
from carafe.database.hooks import before_commit, on_commit
from carafe.database.indexes import partial_index
from carafe.database.inserts import dialect_insert
from carafe.database.setup import init_app as init_app
from carafe.database.text_search import contains
from carafe.database.transactions import advisory_lock, read_transaction, write_transaction

__all__ = [
    "AnyRow",
    "AnySelect",
    "Base",
    "advisory_lock",
    "before_commit",
    "binary_collated",
    "contains",
    "db",
    "delete_in_batches",
    "dialect_insert",
    "on_commit",
    "partial_index",
    "read_transaction",
    "write_transaction",
]
