"""A statement's text as it is stored: without values, and the same for any number of them."""

import re
from functools import cache, lru_cache

from carafe.database import db
from carafe.database.indexes import conditions_of
from carafe.observability.plans.sql import TOKEN, tokens

MAX_LENGTH = 10_000

_TYPE = r"(?:::\w+(?: \w+)*(?:\(1(?:, 1)?\))?)?"
_VALUE = rf"(?:\?|%s|%\(\w+\)s|\$\d+|'…'|1){_TYPE}"
_MEMBER = rf"(?:{_VALUE}|\({_VALUE}(?:,\s*{_VALUE})*\))"
IN_LIST = re.compile(rf"(\bIN\s*\()({_MEMBER})(?:,\s*{_MEMBER})*\)", re.I)
_ROW = r"\((?:[^()]|\([^()]*\))*\)"
ROWS = re.compile(rf"(\bVALUES\s*{_ROW})(?:,\s*{_ROW})+", re.I)
IDENTIFIER = re.compile(r'"\w+"|`\w+`')


def normalize(sql: str) -> str:
    """Return a statement that can still be explained, with its literals hidden.

    SQLAlchemy's have placeholders, but someone may have put theirs together manually. Lists have
    two members, whatever their number, since a single one may get a different plan.
    """
    return _normalise(sql) if len(sql) < MAX_LENGTH else _normalise.__wrapped__(sql)


@lru_cache(1000)  # an app has only a few
def _normalise(sql: str) -> str:
    sql = TOKEN.sub(_mask_literal, sql)
    return ROWS.sub(r"\1", IN_LIST.sub(r"\1\2, \2)", sql))[:MAX_LENGTH]


def _mask_literal(match: re.Match[str]) -> str:
    kind, text = match.lastgroup, match[0]
    if kind == "space":
        return text if text.isspace() else " "  # a comment
    if kind in ("text", "number"):
        return text if text in _constants() else "'…'" if kind == "text" else "1"
    # SQLite treats an unknown column in quotes as text.
    return '"…"' if kind == "quoted" and not IDENTIFIER.fullmatch(text) else text


@cache
def _constants() -> frozenset[str]:
    """Return the constants in conditions of partial indexes.

    Without them, no plan would use these.
    """
    indexes = [index for table in db.metadata.tables.values() for index in table.indexes]
    conditions = [condition for index in indexes for condition in conditions_of(index)]
    parts = [token for condition in conditions for token in tokens(str(condition))]
    return frozenset(token.text for token in parts if token.kind in ("text", "number"))
