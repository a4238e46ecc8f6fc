"""One spelling for text that looks the same: Unicode's normalization form C (UAX #15).

What keyboards and programs send differs: macOS, for one, writes the accents of file names as
characters of their own. Whatever is compared or searched for has to be spelled in one way.
"""

import unicodedata

# Of a letter, as in Unicode's Stream-Safe Text Format (UAX #15, 13). No language has as many, and
# to sort them takes time that grows with the square of their number: 22 s for 80,000.
MAX_MARKS = 30
# Characters that may become one (unicode.org/faq/normalization).
MAX_EXPANSION = 4


def nfc(text: str) -> str:
    """Return the text in form C, or as it is where a letter has more than `MAX_MARKS`."""
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
