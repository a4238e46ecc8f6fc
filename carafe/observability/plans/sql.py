"""Statements as tokens: enough to format one, and to find what it filters and orders by."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# What isn't closed continues to the end, and so does a comment with another one inside, which
# PostgreSQL nests and SQLite doesn't: no text or comment may be mistaken for code.
TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*(?:(?!/\*).)*?\*/|/\*.*)
      | (?P<text>[eE]'(?:[^'\\]|''|\\.)*(?:'|\Z)
               | (?:[bBnNxX]|[uU]&)?'(?:[^']|'')*(?:'|\Z)
               | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z))
      | (?P<quoted>"(?:[^"]|"")*"|`[^`]*`)
      | (?P<cast>::)
      | (?P<parameter>%\(\w+\)s|%s|\$\d+|\?|:[^\W\d]\w*)
      | (?P<number>0[xX][0-9a-fA-F]+|(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<word>[^\W\d][\w$]*)
      | (?P<sign><>|!=|<=|>=|==|\|\||.)""",
    re.X | re.S,
)

# Each starts a new line …
CLAUSES = {
    *("FROM", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "UNION", "EXCEPT"),
    *("INTERSECT", "SET", "VALUES", "RETURNING", "JOIN", "LEFT", "RIGHT", "FULL", "INNER", "CROSS"),
}
# … except after these on the same line.
BEFORE = {"LEFT", "RIGHT", "FULL", "OUTER", "INNER", "CROSS", "DELETE", "DISTINCT", "IS", "UNION"}
CONDITIONS = {"AND", "OR"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str

    @property
    def word(self) -> str:
        """Return a word in capitals, or the sign, as the grammar knows it."""
        return self.text.upper() if self.kind == "word" else "" if self.is_value else self.text

    @property
    def is_value(self) -> bool:
        return self.kind in ("text", "number", "parameter", "quoted")

    @property
    def name(self) -> str | None:
        """Return the name that a word or quoted word stands for, None for anything else."""
        if self.kind == "quoted":
            return self.text[1:-1].replace('""', '"')
        return self.text if self.kind == "word" else None


def tokens(sql: str) -> Iterator[Token]:
    for match in TOKEN.finditer(sql):
        yield Token(match.lastgroup or "", match[0])


def layout(sql: str) -> str:
    """Return the statement with a line for each clause, indented by its parentheses."""
    out: list[str] = []
    # Whether each open parenthesis contains a statement, which is what indents.
    nested: list[bool] = []
    parts = list(tokens(sql.strip()))
    words = [token.word for token in parts if token.kind != "space"]
    at = -1
    for token in parts:
        if token.kind == "space":
            if out and not out[-1].endswith(("\n", " ")):
                out.append(" ")
            continue
        at += 1
        before, after = words[at - 1] if at else "", words[at + 1 : at + 2]
        depth = sum(nested)
        if token.word == ")" and nested and nested.pop():
            out.append("\n" + "    " * (depth - 1))
        elif token.word in CLAUSES and not (nested and not nested[-1]) and before not in BEFORE:
            out.append("\n" + "    " * depth)
        elif token.word in CONDITIONS and not (nested and not nested[-1]):
            out.append("\n" + "    " * depth + "  ")
        out.append(token.text)
        if token.word == "(":
            nested.append(bool(after) and after[0] in ("SELECT", "WITH"))
            if nested[-1]:
                out.append("\n" + "    " * sum(nested))
    return "\n".join(line.rstrip() for line in "".join(out).split("\n") if line.strip())
