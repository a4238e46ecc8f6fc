"""Normalization of text to Unicode's form C (UAX #15), so that what looks the same is the same.

Keyboards and programs send different forms: macOS, for one, writes the accents in file names as
separate characters. Whatever is compared or searched for must have one form.
"""

import unicodedata

# Marks on a letter, as in Unicode's Stream-Safe Text Format (UAX #15, 13). No language has as many,
# and sorting them takes quadratic time: 22 s for 80,000.
MAX_MARKS = 30
# The number of characters that one may become (unicode.org/faq/normalization).
MAX_EXPANSION = 4


def nfc(text: str) -> str:
    """Return the text in form C, or unchanged if a letter has more than `MAX_MARKS`."""
    if is_nfc(text) or _has_too_many_marks(text):
        return text
    return unicodedata.normalize("NFC", text)


def is_nfc(text: str) -> bool:
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def _has_too_many_marks(text: str) -> bool:
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MAX_MARKS:
            return True
    return False
