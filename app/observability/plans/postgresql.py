"""Plans of PostgreSQL, and indexes tried on empty temporary copies of the tables."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

from app.observability.plans.nodes import FIRST, SCAN, SEARCH, SORT, Node
from app.observability.plans.sql import tokens

NOT_NULL = re.compile(r"\(\w+ IS NOT NULL\)")
READS = {"Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan", "Sample Scan"}
SORTS = {"Sort", "Incremental Sort"}
# What of a node is worth telling after its name.
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


def explain(cursor: Any, sql: str) -> list[Any]:
    """The plan of the statement for any values. It is prepared for that, and not run.

    What is prepared outlives its transaction: the connection must not go back to the pool.
    """
    sql, values = _numbered(sql)
    name = f"plan_{next(number)}"
    cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
    cursor.execute(f"PREPARE {name} AS {sql}")
    nulls = f"({', '.join(['NULL'] * values)})" if values else ""
    cursor.execute(f"EXPLAIN (FORMAT JSON) EXECUTE {name}{nulls}")
    plan = cursor.fetchone()[0]
    return list(json.loads(plan) if isinstance(plan, str) else plan)


def _numbered(sql: str) -> tuple[str, int]:
    """The statement with $1, $2 … where the driver has names, and how many there are."""
    numbers: dict[str, int] = {}
    out = []
    for token in tokens(sql):
        if token.kind == "parameter" and token.text.startswith("%("):
            out.append(f"${numbers.setdefault(token.text, len(numbers) + 1)}")
        else:
            out.append(token.text)
    return "".join(out).replace("%%", "%"), len(numbers)


def tree(plan: list[Any]) -> list[Node]:
    return [_node(one["Plan"]) for one in plan]


def _node(plan: dict[str, Any]) -> Node:
    name, relation = plan["Node Type"], plan.get("Relation Name", "")
    alias = plan.get("Alias", relation)
    text = name
    if index := plan.get("Index Name"):
        text += f" using {index}"
    if relation:
        text += f" on {relation}" + (f" {alias}" if alias != relation else "")
    for detail in DETAILS:
        if value := plan.get(detail):
            text += f" · {detail}: {', '.join(value) if isinstance(value, list) else value}"
    terms = len(plan["Index Cond"].split(" AND ")) if "Index Cond" in plan else 0
    node = Node(text, _kind(plan), alias if relation else "", terms)
    node.children = [_node(child) for child in plan.get("Plans", ())]
    return node


def _kind(plan: dict[str, Any]) -> str:
    name = plan["Node Type"]
    if name in SORTS:
        return SORT
    if name not in READS:
        return ""
    if name == "Bitmap Heap Scan":
        return SEARCH
    condition = plan.get("Index Cond")
    # An index that is read from end to end narrows nothing down.
    return (FIRST if NOT_NULL.fullmatch(condition) else SEARCH) if condition else SCAN


def enter(cursor: Any) -> None:
    cursor.connection.prepare_threshold = None  # nothing but what is prepared on purpose
    cursor.execute("SET TRANSACTION READ ONLY")
    # A migration that locks a table is not to be waited for.
    cursor.execute("SET LOCAL statement_timeout = '3s'")


@contextmanager
def copy(cursor: Any, tables: Iterable[str]) -> Iterator[Any]:
    """The same cursor, for which these tables are empty; all is rolled back.

    Of an empty table the planner reads everything, unless that is forbidden: what it does then
    says which indexes it could use.
    """
    cursor.connection.rollback()  # the transaction that only reads
    try:
        cursor.execute("SET LOCAL lock_timeout = '1s'")
        for table in sorted(tables):
            quoted = quote(table)
            cursor.execute(f"CREATE TEMPORARY TABLE {quoted} (LIKE {quoted} INCLUDING ALL)")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        yield cursor
    finally:
        with suppress(Exception):
            cursor.connection.rollback()


def columns(cursor: Any, table: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
    cursor.execute(query + " AND NOT attisdropped", [quote(table)])
    return [name for (name,) in cursor.fetchall()]


def quote(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))
