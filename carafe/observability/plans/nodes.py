"""A query plan as a tree, whichever database made it, and which of its nodes are slow."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from carafe.observability.plans.scopes import Scope
from carafe.plurals import pluralize

# Reading a table up to this size as a whole is no slower than looking in an index.
SMALL_TABLE = 1000

# FIRST: from one end of an index until something is found, as for min() and max().
SCAN, FIRST, SEARCH, SORT, MADE_INDEX = "scan", "first", "search", "sort", "automatic index"
WARNINGS = {SCAN: "full scan", SORT: "temporary sort", MADE_INDEX: "index built for this query"}


@dataclass
class Node:
    text: str
    kind: str = ""
    # What it reads, by the name that the statement uses.
    alias: str = ""
    # How many comparisons an index answers.
    terms: int = 0
    # The table, where the database says it.
    relation: str = ""
    children: list["Node"] = field(default_factory=list)
    # The badge: what is slow where there is much, …
    warning: str = ""
    # … and why it is not, here.
    acceptable_reason: str = ""

    def walk(self) -> Iterator["Node"]:
        yield self
        for child in self.children:
            yield from child.walk()


def walk(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield from node.walk()


def name_of(node: Node, scopes: list[Scope]) -> str:
    """Return the statement's name for the table that a node reads.

    PostgreSQL says "item_1" for an "item" in a subquery, and names the table behind a view.
    """
    names = {name: table for scope in scopes for name, table in scope.tables.items()}
    if node.alias in names or not node.relation:
        return node.alias
    same = (name for name, table in names.items() if table.rpartition(".")[2] == node.relation)
    return next(same, node.relation)


def table_of(node: Node, scopes: list[Scope]) -> str:
    """Return the table that a node reads; "" if it reads none, such as for a subquery."""
    name = name_of(node, scopes)
    tables = [scope.tables[name] for scope in scopes if name in scope.tables]
    return tables[0] if tables else node.relation


def tables_of(nodes: list[Node], scopes: list[Scope]) -> set[str]:
    return {table for node in walk(nodes) if (table := table_of(node, scopes))}


def flag_nodes(nodes: list[Node], scopes: list[Scope], sizes: Mapping[str, int]) -> list[Node]:
    """Mark slow nodes, and return them. `sizes` are numbers of rows by table, if known."""
    sorts = any(node.kind == SORT for node in walk(nodes))
    largest = max(
        (sizes.get(table, SMALL_TABLE + 1) for table in tables_of(nodes, scopes)), default=0
    )
    for node in walk(nodes):
        table = table_of(node, scopes)
        if node.kind == SCAN and not table:
            continue
        kind = SCAN if node.kind == FIRST and _filters(node, scopes) else node.kind
        node.warning = WARNINGS.get(kind, "")
        size = sizes.get(table, SMALL_TABLE + 1) if table else largest
        if node.warning and size <= SMALL_TABLE:
            node.acceptable_reason = (
                f"fine: {table} has {pluralize(size, 'row')}" if table else "fine: few rows"
            )
        elif node.kind == SCAN and not sorts and _stops_early(node, scopes):
            node.acceptable_reason = "OK: stops at the limit"
    return [node for node in walk(nodes) if node.warning and not node.acceptable_reason]


def _filters(node: Node, scopes: list[Scope]) -> bool:
    return any(scope.filters(name_of(node, scopes)) for scope in _reading(node, scopes))


def _stops_early(node: Node, scopes: list[Scope]) -> bool:
    """Return whether it takes rows in any order, and stops when it has enough."""
    # What is inside or beside another node may run many times.
    alone = scopes[:1] == _reading(node, scopes) and scopes[0].stops_early
    return alone and not _filters(node, scopes)


def _reading(node: Node, scopes: list[Scope]) -> list[Scope]:
    return [scope for scope in scopes if name_of(node, scopes) in scope.tables]
