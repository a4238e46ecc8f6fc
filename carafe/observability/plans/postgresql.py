"""Plans of PostgreSQL, and indexes tried on empty temporary copies of the tables."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

from sqlalchemy.engine.interfaces import DBAPICursor

from carafe.observability.plans.nodes import FIRST, SCAN, SEARCH, SORT, Node
from carafe.observability.plans.sql import tokens

# A node of EXPLAIN (FORMAT JSON).
Plan = dict[str, Any]

NOT_NULL = re.compile(r"\(\w+ IS NOT NULL\)")
# The column that a term of a condition compares, which comes first.
COMPARED = re.compile(r'\(*(?:ROW\()?(?:(?:"[^"]+"|\w+)\.)?("[^"]+"|\w+)')
# The first column, and whether there is a condition. GIN and others can use any of their columns.
INDEXES = """
SELECT c.relname, a.attname, i.indpred IS NOT NULL
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am ON pg_am.oid = c.relam
LEFT JOIN pg_attribute AS a
  ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] AND pg_am.amname = 'btree'
WHERE c.relname = ANY(%s) ORDER BY pg_table_is_visible(c.oid)
"""
# Don't wait for a migration that has locked a table.
LOCK_TIMEOUT = "SET LOCAL lock_timeout = '100ms'"
READS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Sample Scan"}
SORTS = {"Sort", "Incremental Sort"}
# Details shown after a node's name.
DETAILS = [
    "Sort Key",
    "Index Cond",
    "Recheck Cond",
    "Hash Cond",
    "Merge Cond",
    "Join Filter",
    "Filter",
]
number = count()


def explain(cursor: DBAPICursor, sql: str) -> list[Plan]:
    """Return the plan of the statement for any values. It is prepared, but not run.

    Prepared statements outlive the transaction, so the connection must not return to the pool.
    """
    sql, values = _numbered(sql)
    name = f"plan_{next(number)}"
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute(f"PREPARE {name} AS {sql}")
    nulls = f"({', '.join(['NULL'] * values)})" if values else ""
    cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {name}{nulls}")
    [(plan,)] = cursor.fetchall()
    plans = list(json.loads(plan) if isinstance(plan, str) else plan)
    _add_indexes(cursor, [node for tree in plans for node in _walk(tree["Plan"])])
    return plans


def _add_indexes(cursor: DBAPICursor, plans: list[Plan]) -> None:
    """Add what the plan doesn't say: whether an index is partial, and its first column."""
    using = [plan for plan in plans if "Index Name" in plan]
    if using:
        cursor.execute(INDEXES, [[plan["Index Name"] for plan in using]])
        indexes = {name: of_index for name, *of_index in cursor.fetchall()}
        for plan in using:
            plan["First Column"], plan["Partial"] = indexes.get(plan["Index Name"], (None, False))


def _walk(plan: Plan) -> Iterator[Plan]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _walk(child)


def _numbered(sql: str) -> tuple[str, int]:
    """Return the statement with $1, $2, … instead of the driver's names, and their number."""
    numbers: dict[str, int] = {}
    out = []
    for token in tokens(sql):
        if token.kind == "parameter" and token.text.startswith("%("):
            out.append(f"${numbers.setdefault(token.text, len(numbers) + 1)}")
        else:
            out.append(token.text)
    return "".join(out).replace("%%", "%"), len(numbers)


def tree(plan: list[Plan]) -> list[Node]:
    return [_node(root["Plan"]) for root in plan]


def _node(plan: Plan) -> Node:
    name, relation = str(plan["Node Type"]), str(plan.get("Relation Name", ""))
    alias = str(plan.get("Alias", relation))
    text = name
    if index := plan.get("Index Name"):
        text += f" using {index}"
    if relation:
        text += f" on {relation}" + (f" {alias}" if alias != relation else "")
    for detail in DETAILS:
        if value := plan.get(detail):
            text += f" · {detail}: {', '.join(value) if isinstance(value, list) else value}"
    terms = len(plan["Index Cond"].split(" AND ")) if "Index Cond" in plan else 0
    node = Node(text, _kind(plan), alias if relation else "", terms, relation)
    node.children = [_node(child) for child in plan.get("Plans", ())]
    return node


def _kind(plan: Plan) -> str:
    name = plan["Node Type"]
    if name in SORTS:
        return SORT
    if name not in READS:
        return ""
    if name == "Bitmap Heap Scan":
        kinds = [
            _by_index(node) for node in _walk(plan) if node["Node Type"] == "Bitmap Index Scan"
        ]
        return SCAN if SCAN in kinds else SEARCH
    return _by_index(plan)


def _by_index(plan: Plan) -> str:
    if plan.get("Partial"):
        return SEARCH  # the name is only that of the statement itself
    condition = plan.get("Index Cond", "")
    if NOT_NULL.fullmatch(condition):
        return FIRST
    matches = map(COMPARED.match, condition.split(" AND "))
    compared = {match[1].strip('"') for match in matches if match}
    # Reading an index from end to end filters nothing.
    first = plan.get("First Column")
    return SEARCH if compared and (not first or first in compared) else SCAN


def enter(cursor: DBAPICursor) -> None:
    cursor.connection.prepare_threshold = None  # only what was prepared on purpose
    cursor.execute("SET TRANSACTION READ ONLY")
    cursor.execute("SET LOCAL statement_timeout = '3s'")
    cursor.execute(LOCK_TIMEOUT)


@contextmanager
def copy(cursor: DBAPICursor, tables: Iterable[str]) -> Iterator[DBAPICursor]:
    """Yield the same cursor with these tables empty; everything is rolled back.

    PostgreSQL reads all of an empty table, unless that is forbidden: what it does then shows which
    indexes it could use.
    """
    cursor.connection.rollback()  # the read-only transaction
    try:
        cursor.execute(LOCK_TIMEOUT)
        for table in sorted(tables):
            quoted = quote(table)
            cursor.execute(f"CREATE TEMPORARY TABLE {quoted} (LIKE {quoted} INCLUDING ALL)")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        yield cursor
    finally:
        with suppress(Exception):
            cursor.connection.rollback()


def columns(cursor: DBAPICursor, table: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0"
    cursor.execute(query + " AND NOT attisdropped", [quote(table)])
    return [name for (name,) in cursor.fetchall()]


def quote(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))
