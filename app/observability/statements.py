"""The text of a statement as it is kept: without values, and the same for any number of them."""

import re
from functools import lru_cache

LONGEST = 10_000

_VALUE = r"(?:\?|%s|%\(\w+\)s|\$\d+)(?:::\w+)?"
IN_LIST = re.compile(rf"(\bIN \({_VALUE})(?:, {_VALUE})+\)")
_ROW = r"\((?:[^()]|%\(\w+\)s)*\)"
ROWS = re.compile(rf"(\bVALUES {_ROW})(?:, {_ROW})+")
LITERAL = re.compile(r"'((?:[^']|'')*)'")
# A constant of the code, as conditions of partial indexes have them: 'queued'.
CONSTANT = re.compile(r"[a-z_]{0,20}|.")


def normalise(sql: str) -> str:
    """A statement that can still be explained: lists have one member, texts inside are hidden.

    SQLAlchemy's have placeholders. Somebody may have put theirs together by hand.
    """
    return _normalise(sql) if len(sql) < LONGEST else _normalise.__wrapped__(sql)


@lru_cache(1000)  # 15 µs each, and those of an app are few
def _normalise(sql: str) -> str:
    sql = LITERAL.sub(_hide, sql)
    return ROWS.sub(r"\1", IN_LIST.sub(r"\1)", sql))[:LONGEST]


def _hide(found: re.Match[str]) -> str:
    return found[0] if CONSTANT.fullmatch(found[1]) else "'…'"
