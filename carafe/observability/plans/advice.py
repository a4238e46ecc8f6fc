"""The index that would help a statement.

Each candidate is tried on an empty copy of the tables, and only one that removes a scan or a sort
from the plan is suggested.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.engine.interfaces import DBAPICursor

from carafe.database import db
from carafe.database.sqlite import sqlite_driver
from carafe.observability.plans.candidates import candidates
from carafe.observability.plans.nodes import SCAN, Node, flag_nodes, name_of, walk
from carafe.observability.plans.scopes import Scope

log = logging.getLogger(__name__)

NAME_LENGTH = 63  # PostgreSQL's


@dataclass(frozen=True)
class IndexAdvice:
    table: str
    columns: tuple[str, ...]
    create: str

    @property
    def name(self) -> str:
        return index_name(self.table, self.columns)

    @property
    def model(self) -> str:
        """Return the line for `__table_args__`."""
        names = ", ".join(f'"{name}"' for name in (self.name, *self.columns))
        return f"Index({names})"


def index_name(table: str, columns: tuple[str, ...]) -> str:
    return f"ix_{table.rpartition('.')[2]}_{'_'.join(columns)}"[:NAME_LENGTH]


@dataclass
class IndexTrial:
    """Where indexes are tried: a cursor of the copy, and how its database makes a plan."""

    cursor: DBAPICursor
    explain: Callable[[DBAPICursor], list[Node]]
    columns: Callable[[DBAPICursor, str], list[str]]
    quote: Callable[[str], str]

    def create(self, table: str, columns: tuple[str, ...]) -> str:
        name, names = self.quote(index_name(table, columns)), ", ".join(map(self.quote, columns))
        return f"CREATE INDEX {name} ON {self.quote(table)} ({names})"

    def plan(self) -> list[Node]:
        return self.explain(self.cursor)

    def advise(self, scopes: list[Scope], sizes: dict[str, int]) -> IndexAdvice | None:
        """Return the most selective of the indexes that leave the fewest warnings.

        None if none helps. Reading a whole table in the order of an index instead of sorting it is
        no improvement, because it fetches each row from a different place.
        """
        fewest = len(flag_nodes(self.plan(), scopes, sizes))
        best: tuple[tuple[int, int, int], IndexAdvice] | None = None
        named = {item for scope in scopes for item in scope.tables.items() if item[1] in sizes}
        for alias, table in sorted(named):
            for columns in candidates(scopes, alias, self.columns(self.cursor, table)):
                plan = self._with_index(table, columns)
                flagged = flag_nodes(plan, scopes, sizes)
                scanned = {name_of(node, scopes) for node in flagged if node.kind == SCAN}
                if not plan or len(flagged) >= fewest or alias in scanned:
                    continue
                rank = len(flagged), -sum(node.terms for node in walk(plan)), len(columns)
                if best is None or rank < best[0]:
                    best = rank, IndexAdvice(table, columns, self.create(table, columns))
        return best and best[1]

    def _with_index(self, table: str, columns: tuple[str, ...]) -> list[Node]:
        """Return the plan with that index; empty if it can't be created, or already exists."""
        self.cursor.execute("SAVEPOINT trial")
        try:
            self.cursor.execute(self.create(table, columns))
            return self.plan()
        except (db.engine.dialect.loaded_dbapi.Error, sqlite_driver().Error) as error:
            log.debug("trial index on %s %s failed: %s", table, columns, error)
            return []
        finally:
            self.cursor.execute("ROLLBACK TO SAVEPOINT trial")
            self.cursor.execute("RELEASE SAVEPOINT trial")
