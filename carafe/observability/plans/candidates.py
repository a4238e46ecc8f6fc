"""Indexes that may help a statement: columns compared with "=" first, then a range or the order."""

from collections.abc import Iterable, Iterator

from carafe.observability.plans.scopes import ColumnRef, Scope

# For a statement that compares a dozen columns, the first few are enough.
MAX_EQUALITY_COLUMNS = 3
MAX_INDEX_COLUMNS = 4


def candidates(
    scopes: list[Scope], alias: str, column_names: Iterable[str]
) -> Iterator[tuple[str, ...]]:
    """Return columns for indexes on the table with that name, without duplicates, short first."""
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
    # An order that continues with another table's columns can't use an index.
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
