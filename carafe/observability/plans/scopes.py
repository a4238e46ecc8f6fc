"""What a statement filters, joins, and orders by: a scope for each SELECT, UPDATE, or DELETE.

This is not an SQL parser, and doesn't have to be: it only proposes indexes, and only those that the
database's planner uses are suggested.
"""

import re
from dataclasses import dataclass, field

from carafe.observability.plans.sql import Token, tokens

STATEMENTS = {"SELECT", "UPDATE", "DELETE", "INSERT"}
# Words after a table's name that aren't an alias.
KEYWORDS = {
    *("JOIN", "LEFT", "RIGHT", "FULL", "INNER", "OUTER", "CROSS", "NATURAL", "ON", "USING"),
    *("GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "SET", "FOR"),
    *("RETURNING", "VALUES", "INDEXED", "NOT", "WINDOW", "SELECT", "DEFAULT", "FETCH", "WHERE"),
}
CLAUSES = {
    *("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "SET", "RETURNING"),
    *("VALUES", "WINDOW", "FOR", "FETCH", "JOIN", "ON", "USING"),
}
# In conditions.
NO_COLUMN = {
    *("AND", "OR", "NOT", "IS", "NULL", "IN", "LIKE", "ILIKE", "ESCAPE", "BETWEEN", "TRUE"),
    *("EXISTS", "ANY", "ALL", "CASE", "WHEN", "THEN", "ELSE", "END", "COLLATE", "AS", "DISTINCT"),
    *("WITH", "TIME", "ZONE", "PRECISION", "VARYING", "ASC", "DESC", "NULLS", "FIRST", "LAST"),
    "FALSE",
}
# With these, more rows are read than returned.
AGGREGATING = {"JOIN", "GROUP", "HAVING", "DISTINCT", "OVER"}
AGGREGATE = re.compile(
    r"COUNT|SUM|AVG|MIN|MAX|TOTAL|EVERY|\w*AGG|\w*GROUP_\w+|(BIT|BOOL|STDDEV|VAR)_\w+|STDDEV"
    r"|VARIANCE|MODE|PERCENTILE_\w+|CORR|COVAR_\w+|REGR_\w+"
)
EQUAL = {"=", "==", "IN"}
RANGE = {"<", ">", "<=", ">=", "BETWEEN"}


@dataclass(frozen=True, slots=True)
class ColumnRef:
    """A column as the statement writes it; `table` is the name or alias before the dot, if any."""

    table: str
    name: str


@dataclass
class Scope:
    # Tables by the name that the statement uses for them.
    tables: dict[str, str] = field(default_factory=dict)
    equal: list[ColumnRef] = field(default_factory=list)
    ranges: list[ColumnRef] = field(default_factory=list)
    order: list[ColumnRef] = field(default_factory=list)
    group: list[ColumnRef] = field(default_factory=list)
    filtered: set[str] = field(default_factory=set)
    limited: bool = False
    aggregating: bool = False

    @property
    def stops_early(self) -> bool:
        """Return whether it reads no more rows of its only table than its LIMIT."""
        return self.limited and not self.aggregating and len(self.tables) == 1

    def filters(self, alias: str) -> bool:
        """Return whether its WHERE filters the rows of that table."""
        return bool(self.filtered & {alias, ""})


def scopes(sql: str) -> list[Scope]:
    return _Reader([token for token in tokens(sql) if token.kind != "space"]).read()


class _Reader:
    def __init__(self, tokens: list[Token]):
        self.tokens = [*tokens, Token("sign", ""), Token("sign", "")]
        self.scopes: list[Scope] = []
        # For each open parenthesis, and the whole: scope, clause, whether a table's name is next,
        # and whether the parenthesis contains a statement.
        self.stack: list[tuple[Scope, str, bool, bool]] = []
        # What comes before or around a statement goes into a scope that nobody reads.
        self.scope = Scope()
        self.clause, self.expecting, self.outer = "", False, True

    def read(self) -> list[Scope]:
        at = 0
        while at < len(self.tokens) - 2:
            at = self._step(at)
        return self.scopes

    def _step(self, at: int) -> int:
        word, after = self.tokens[at].word, self.tokens[at + 1].word
        if word in AGGREGATING or (after == "(" and AGGREGATE.fullmatch(word)):
            self.scope.aggregating = True
        if word == "(":
            self.stack.append((self.scope, self.clause, self.expecting, self.outer))
            self.outer = after in ("SELECT", "WITH")
            if self.outer:
                self.scope, self.expecting = Scope(), False
        elif word == ")" and self.stack:
            self.scope, self.clause, self.expecting, self.outer = self.stack.pop()
            self.expecting = False
        elif word in STATEMENTS and self.outer and self._starts(at):
            self.scope = Scope()
            self.scopes.append(self.scope)
            self.clause, self.expecting = word, word == "UPDATE"
        elif word in CLAUSES and (self.outer or self.clause in ("FROM", "ON")):
            self._enter(word)
        elif word == "," and self.clause == "FROM":
            self.expecting = self.scope.aggregating = True
        elif self.tokens[at].name and self.expecting and word != "LATERAL":
            return self._table(at)
        elif self.tokens[at].name and word not in NO_COLUMN and self.tokens[at - 1].text != "::":
            return self._column(at)
        return at + 1

    def _starts(self, at: int) -> bool:
        """Return whether a statement starts here: not FOR UPDATE, and not DO UPDATE."""
        return not at or self.tokens[at - 1].word not in ("FOR", "DO", "KEY")

    def _enter(self, word: str) -> None:
        self.clause = "FROM" if word == "JOIN" else word
        self.expecting = self.clause == "FROM"
        if word in ("LIMIT", "FETCH"):
            self.scope.limited = True

    def _table(self, at: int) -> int:
        name = self.tokens[at].name or ""
        while self.tokens[at + 1].word == ".":
            at += 2
            name = f"{name}.{self.tokens[at].name}"
        self.expecting, alias = False, self.tokens[at].name or ""
        at += 1
        if self.tokens[at].word == "AS":
            at += 1
        if self.tokens[at].name and self.tokens[at].word not in KEYWORDS:
            alias = self.tokens[at].name or ""
            at += 1
        self.scope.tables[alias] = name
        return at

    def _column(self, at: int) -> int:
        start, table, name = at, "", self.tokens[at].name or ""
        if self.tokens[at + 1].word == "." and self.tokens[at + 2].name:
            at, table, name = at + 2, name, self.tokens[at + 2].name or ""
        before, after = self.tokens[start - 1].word, self.tokens[at + 1].word
        if after != "(":  # a function
            self._note(ColumnRef(table, name), before, after, self.tokens[at + 2].word)
        return at + 1

    def _note(self, column: ColumnRef, before: str, after: str, then: str) -> None:
        if self.clause in ("WHERE", "ON"):
            if after in EQUAL or before in EQUAL or (after == "IS" and then not in ("NOT", "")):
                _add(self.scope.equal, column)
            elif after in RANGE or before in RANGE - {"BETWEEN"}:
                _add(self.scope.ranges, column)
            if self.clause == "WHERE":
                self.scope.filtered.add(column.table or self._single_table())
        elif before in ("BY", ",") and self.outer and self.clause in ("ORDER", "GROUP"):
            _add(self.scope.order if self.clause == "ORDER" else self.scope.group, column)

    def _single_table(self) -> str:
        """Return the table of a column without one: the only one, or "" if there are several."""
        return next(iter(self.scope.tables)) if len(self.scope.tables) == 1 else ""


def _add(columns: list[ColumnRef], column: ColumnRef) -> None:
    if column not in columns:
        columns.append(column)
