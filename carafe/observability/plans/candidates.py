"""Indexes that may help a statement: what it compares with "=" first, then a range or its order."""

from collections.abc import Iterable, Iterator

from carafe.observability.plans.scopes import ColumnRef, Scope

# Of a statement that compares a dozen columns the first few tell as much.
MAX_EQUALITY_COLUMNS = 3
MAX_INDEX_COLUMNS = 4


def candidates(scopes: list[Scope], alias: str, known: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Columns for an index on the table of that name, each combination once, shorter ones first."""
    columns, found = list(known), set()
    for scope in scopes:
        if alias in scope.tables:
            found |= set(_of_scope(scope, alias, columns))
    return iter(sorted(found, key=lambda names: (len(names), names)))


def _of_scope(scope: Scope, alias: str, known: list[str]) -> Iterator[tuple[str, ...]]:
    def own(columns: list[ColumnRef]) -> list[str]:
        mine = [c.name for c in columns if c.table in (alias, "") and c.name in known]
        return list(dict.fromkeys(mine))

    equal, ranges = own(scope.equal)[:MAX_EQUALITY_COLUMNS], own(scope.ranges)
    # An order that goes on with another table's columns is of no index.
    orders = [own(part) for part in (scope.order, scope.group) if len(own(part)) == len(part)]
    for start in (equal, *([name] for name in equal), []):
        for end in (
            [],
            *([name] for name in ranges),
            *(o[:n] for o in orders for n in range(1, len(o) + 1)),
        ):
            names = tuple(dict.fromkeys([*start, *end]))[:MAX_INDEX_COLUMNS]
            if names:
                yield names
