"""Indexes that may help a statement: what it compares with "=" first, then a range or its order."""

from collections.abc import Iterable, Iterator

from carafe.observability.plans.scopes import ColumnRef, Scope

# Of a statement that compares a dozen columns the first few tell as much.
MAX_EQUALITY_COLUMNS = 3
MAX_INDEX_COLUMNS = 4


def candidates(
    scopes: list[Scope], alias: str, column_names: Iterable[str]
) -> Iterator[tuple[str, ...]]:
    """Columns for an index on the table of that name, each combination once, shorter ones first."""
    columns, result = list(column_names), set()
    for scope in scopes:
        if alias in scope.tables:
            result |= set(_of_scope(scope, alias, columns))
    return iter(sorted(result, key=lambda names: (len(names), names)))


def _of_scope(scope: Scope, alias: str, column_names: list[str]) -> Iterator[tuple[str, ...]]:
    def names_in(columns: list[ColumnRef]) -> list[str]:
        matching = [c.name for c in columns if c.table in (alias, "") and c.name in column_names]
        return list(dict.fromkeys(matching))

    equal, ranges = names_in(scope.equal)[:MAX_EQUALITY_COLUMNS], names_in(scope.ranges)
    # An order that goes on with another table's columns is of no index.
    orders = [
        names_in(part) for part in (scope.order, scope.group) if len(names_in(part)) == len(part)
    ]
    for start in (equal, *([name] for name in equal), []):
        for end in (
            [],
            *([name] for name in ranges),
            *(o[:n] for o in orders for n in range(1, len(o) + 1)),
        ):
            names = tuple(dict.fromkeys([*start, *end]))[:MAX_INDEX_COLUMNS]
            if names:
                yield names
