"""Plans of SQLite, and indexes tried on an empty copy of the schema in memory."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress

from sqlalchemy.engine.interfaces import DBAPICursor

from carafe.database.sqlite import register_sqlite_functions, sqlite_driver
from carafe.observability.plans.nodes import FIRST, MADE_INDEX, SCAN, SEARCH, SORT, Node
from carafe.observability.plans.sql import tokens

# Before 3.36, with the word TABLE, and the alias after the name.
PlanRow = tuple[int, int, int, str]

READS = re.compile(r'(SCAN|SEARCH) (?:TABLE )?(?:\w+\.)?("[^"]+"|\w+)(?: AS (\w+))?(.*)', re.S)

INDEX = re.compile(r"\bINDEX (\w+)")
PARTIAL = (
    "SELECT one.name FROM sqlite_master AS t, pragma_index_list(t.name) AS one"
    " WHERE t.type = 'table' AND one.partial"
)


def explain(cursor: DBAPICursor, sql: str) -> list[PlanRow]:
    """Return the rows of EXPLAIN QUERY PLAN, which runs nothing.

    No plan of SQLite depends on values.
    """
    values = [None for token in tokens(sql) if token.text == "?"]
    rows = cursor.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    partial = {name for (name,) in cursor.execute(PARTIAL).fetchall()}
    return [(*row, INDEX.sub(lambda match: _named(match, partial), text)) for *row, text in rows]


def _named(match: re.Match[str], partial: set[str]) -> str:
    return f"PARTIAL {match[0]}" if match[1] in partial else match[0]


def tree(rows: Iterable[PlanRow]) -> list[Node]:
    """Return the rows as a tree; each has its ID, its parent's, and a text in the last column."""
    roots: list[Node] = []
    by_id: dict[int, Node] = {}
    for id, parent, *_, text in rows:
        node = by_id[id] = _node(str(text))
        (by_id[parent].children if parent in by_id else roots).append(node)
    return roots


def _node(text: str) -> Node:
    if text.startswith("USE TEMP B-TREE"):
        return Node(text, SORT)
    if not (match := READS.match(text)):
        return Node(text)
    verb, name, alias, details = match.groups()
    if "VIRTUAL TABLE" in details or "CONSTANT ROW" in text:
        return Node(text)
    if "PARTIAL INDEX" in details:
        kind = SEARCH  # the name is only that of the statement itself
    elif verb == "SCAN":
        kind = SCAN
    elif "USING AUTOMATIC" in details:
        kind = MADE_INDEX
    else:
        kind = SEARCH if "(" in details else FIRST
    # A term ends in a question mark: "(user_id=? AND updated_at>?)".
    return Node(text, kind, (alias or name).strip('"'), details.count("?"))


def enter(cursor: DBAPICursor) -> None:
    """Do nothing: EXPLAIN QUERY PLAN never changes anything."""


@contextmanager
def copy(cursor: DBAPICursor, tables: Iterable[str]) -> Iterator[DBAPICursor]:
    """Yield a cursor of an in-memory database with all tables and indexes, but no rows."""
    query = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    schema = cursor.execute(query + " ORDER BY type = 'index'").fetchall()
    driver = sqlite_driver()
    with closing(driver.connect(":memory:")) as connection:
        register_sqlite_functions(connection)
        copied = connection.cursor()
        for (sql,) in schema:
            with suppress(driver.Error):  # a full-text index's own tables, which it creates itself
                copied.execute(sql)
        yield copied


def columns(cursor: DBAPICursor, table: str) -> list[str]:
    name = table.rpartition(".")[2]
    rows = cursor.execute("SELECT name FROM pragma_table_info(?)", [name]).fetchall()
    return [name for (name,) in rows]
