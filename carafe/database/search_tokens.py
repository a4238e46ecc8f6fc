"""Search text as words: "Ärmel, al" finds rows with "armel…" and "al…"."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Each is looked up, and 200 characters could be a hundred words.
MAX_TERMS = 8
# A single letter starts a tenth of all words: 30 ms for a million on PostgreSQL.
MAX_SINGLE_LETTERS = 2

COMBINING_MARKS = re.compile("[\u0300-\u036f]")


def fold(text: str) -> str:
    """Return a text in the form that is compared: without accents, in lowercase."""
    if not text.isascii():
        text = COMBINING_MARKS.sub("", unicodedata.normalize("NFD", text))
        text = unicodedata.normalize("NFC", text)
    return text.lower()


def tokenize(text: str) -> list[str]:
    """Return the words of a search, up to the limit. Anything else separates them."""
    composed = COMBINING_MARKS.sub("", unicodedata.normalize("NFC", text))
    words = "".join(c if _is_word_character(c) else " " for c in composed).split()
    terms = list(dict.fromkeys(term for term in words if any(map(str.isalnum, term))))
    letters = [term for term in terms if len(term) == 1]
    return [term for term in terms if term not in letters[MAX_SINGLE_LETTERS:]][:MAX_TERMS]


def _is_word_character(character: str) -> bool:
    # Marks are vowels in Indic scripts: part of the word for PostgreSQL, and for FTS5 in quotes.
    return character.isalnum() or unicodedata.category(character).startswith("M")


def fts5_query(terms: Sequence[str]) -> str:
    # FTS5 removes accents itself. In quotes, AND, NEAR, and - are ordinary words and signs.
    return " ".join(f'"{word}"*' for word in terms)


def tsquery(terms: Sequence[str]) -> str:
    return " & ".join(f"{fold(word)}:*" for word in terms)


def matches_terms(terms: str, *texts: str | None) -> bool:
    """Return whether each word starts one in the texts: a function in SQLite.

    For single rows, where FTS5 would collect all matches for each.
    """
    text = fold(" ".join(filter(None, texts)))
    return all(_has_word(text, word) for word in _folded(terms))


@lru_cache(maxsize=32)
def _folded(terms: str) -> list[str]:
    """Return the words of a search as they are compared, once for thousands of rows."""
    return fold(terms).split()


def _has_word(text: str, word: str) -> bool:
    """Return whether a word begins with this one: no letter or digit comes before it."""
    at = text.find(word)
    while at > 0 and text[at - 1].isalnum():
        at = text.find(word, at + 1)
    return at >= 0
