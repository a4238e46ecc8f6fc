"""Passwords that attackers try first, including variants with digits and symbols.

The list is that of zxcvbn-ts, 49,233 leaked passwords, from its npm package (`bin/vendor`).
"""

import json
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate, product
from pathlib import Path

LIST = Path(__file__).with_name("vendor") / "passwords.json"
MIN_WORD_LENGTH = 4
# A date has eight digits.
MAX_ADDED_LENGTH = 8
# Sequences that are easy to type: the alphabet, digits, and keyboard rows.
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "qwertyuiop", "asdfghjkl", "zxcvbnm",
    "qwertzuiop", "yxcvbnm",
    "azertyuiop", "qsdfghjklm", "wxcvbn",
)  # fmt: skip


def is_common(password: str) -> bool:
    """Return whether attackers try this case-folded password early on."""
    return any(_is_listed(word) or _is_row(word) for word in words_in(password))


def words_in(password: str) -> Iterator[str]:
    """Yield a password with and without digits and symbols around it, and what these repeat."""
    length = len(password)
    starts, ends = _added(password), _added(password[::-1])
    for start, end in product(range(starts + 1), range(ends + 1)):
        word = password[start : length - end]
        if word == password or _is_word(word, start + end):
            yield word
            yield word[: (word + word).find(word, 1)]


def _is_word(text: str, added: int) -> bool:
    is_long_enough = added <= MAX_ADDED_LENGTH and len(text) >= MIN_WORD_LENGTH
    return is_long_enough and any(map(str.isalpha, text))


def _added(text: str) -> int:
    """Return how many characters that are no letters a text begins with, as far as they count."""
    count = 0
    while count < min(len(text), MAX_ADDED_LENGTH) and not text[count].isalpha():
        count += 1
    return count


def _is_row(word: str) -> bool:
    return len(word) >= MIN_WORD_LENGTH and any(word in row or word in row[::-1] for row in ROWS)


def _is_listed(word: str) -> bool:
    text, starts = _list()
    encoded = word.encode(errors="replace") + b"\n"

    def line(start: int) -> bytes:
        return text[start : text.index(b"\n", start) + 1]

    position = bisect_left(starts, encoded, key=line)
    return position < len(starts) and line(starts[position]) == encoded


@cache
def _list() -> tuple[bytes, Sequence[int]]:
    """Return the passwords, sorted, one on each line, and where each line starts.

    Read when the first password is set. A set of them would take 5 MB of each worker, this 0.6.
    """
    lines = sorted(f"{word}\n".encode() for word in json.loads(LIST.read_text()))
    return b"".join(lines), array("I", accumulate(map(len, lines[:-1]), initial=0))
