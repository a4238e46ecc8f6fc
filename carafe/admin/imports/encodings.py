"""The encoding of an uploaded file, which most files do not state.

UTF-8 and UTF-16 give themselves away. For the others each candidate decodes the words that are not
ASCII, and the one whose letters look most like a language wins. Where two look alike, a person has
to choose. `docs/decisions.md` compares this with libraries that do the same.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import IO

from carafe.admin.imports.alphabets import ALPHABETS, SINGLE_BYTE, WEIGHTS

UTF_8, UTF_16 = "utf-8-sig", "utf-16"
# Codecs of Python, and what spreadsheets call them.
ENCODINGS = {
    UTF_8: "UTF-8",
    UTF_16: "UTF-16",
    "utf-16-le": "UTF-16, little-endian",
    "utf-16-be": "UTF-16, big-endian",
    "cp1252": "Western European (Windows-1252)",
    "iso8859_15": "Western European (ISO-8859-15)",
    "mac_roman": "Western European (Mac Roman)",
    "cp850": "Western European (DOS 850)",
    "cp437": "United States (DOS 437)",
    "cp1250": "Central European (Windows-1250)",
    "iso8859_2": "Central European (ISO-8859-2)",
    "mac_latin2": "Central European (Mac)",
    "cp852": "Central European (DOS 852)",
    "cp1257": "Baltic (Windows-1257)",
    "cp1251": "Cyrillic (Windows-1251)",
    "koi8_r": "Cyrillic (KOI8-R)",
    "koi8_u": "Cyrillic (KOI8-U)",
    "iso8859_5": "Cyrillic (ISO-8859-5)",
    "mac_cyrillic": "Cyrillic (Mac)",
    "cp866": "Cyrillic (DOS 866)",
    "cp1253": "Greek (Windows-1253)",
    "mac_greek": "Greek (Mac)",
    "cp1254": "Turkish (Windows-1254)",
    "cp1255": "Hebrew (Windows-1255)",
    "cp1256": "Arabic (Windows-1256)",
    "cp874": "Thai (Windows-874)",
    "cp1258": "Vietnamese (Windows-1258)",
    "cp932": "Japanese (Shift JIS)",
    "euc_jp": "Japanese (EUC-JP)",
    "iso2022_jp": "Japanese (ISO-2022-JP)",
    "gb18030": "Simplified Chinese (GBK, GB18030)",
    "big5hkscs": "Traditional Chinese (Big5)",
    "cp949": "Korean (EUC-KR, Windows-949)",
}

# The typography of any language, and what may stand between two letters.
SYMBOLS = set(
    "“”„‘’‚‹›«»–—…•·€£§©®™°º²³½¼¾±×¿¡µ№¥\u00a0、。・「」『』（）〜～，：；！？《》【】ー々〇"
)
JOINTS = set("’‘·–—-\u00a0\u00ad")
WORD = re.compile(r"[A-Za-z'\x80-\U0010ffff]*[\x80-\U0010ffff][A-Za-z'\x80-\U0010ffff]*")

CHUNK_BYTES = 64 * 1024
# Bytes of lines beyond ASCII that are looked at, and characters of words among them.
SAMPLE_BYTES, SAMPLE_CHARACTERS, WORD_LENGTH = 16 * 1024, 1000, 100
# What a character counts that stands where it should not.
CONTROL, MIXED, MISPLACED, FOREIGN, OTHER_LANGUAGE = -4.0, -2.0, -2.0, -2.0, -1.0
# Of a second language in one file, and for each character.
SECOND_LANGUAGE, SECOND_LANGUAGE_SHARE = 2, 0.15
# On average of all characters.
GOOD_ENOUGH = 0.4
MAX_CHOICES = 6


@dataclass(frozen=True)
class Guess:
    """The likeliest encoding, and with it the others that a person has to choose from."""

    encoding: str
    others: tuple[str, ...] = ()


def guess_encoding(file: IO[bytes]) -> Guess:
    """Return the encoding of a file, which is read from its start to its end."""
    head = file.read(CHUNK_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Guess(UTF_16)
    if encoding := _utf_16(head):
        return Guess(encoding)
    if b"\x1b$" in head:
        return Guess("iso2022_jp")
    file.seek(0)
    if _is_utf_8(file):
        return Guess(UTF_8)
    file.seek(0)
    return _legacy(_sample(file))


def _utf_16(head: bytes) -> str:
    """Return which byte order a file without a mark has: ASCII in it has a zero in every pair."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) / 20 or min(even, odd) > max(even, odd) / 10:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf_8(file: IO[bytes]) -> bool:
    """Return whether all, or at least nearly all that is not ASCII, is valid.

    A few wrong bytes in a file of UTF-8 make a few bad rows, not a file in another encoding.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    good = bad = 0
    for piece in [*iter(partial(file.read, CHUNK_BYTES), b""), b""]:
        text = decoder.decode(piece, final=not piece)
        if not text.isascii():
            bad += text.count("\ufffd")
            good += sum(character > "\x7f" for character in text) - text.count("\ufffd")
    return not bad or good > 10 * bad


def _sample(file: IO[bytes]) -> bytes:
    """Return lines that are not ASCII alone."""
    lines, size = [], 0
    while size < SAMPLE_BYTES and (line := file.readline(CHUNK_BYTES)):
        if not line.isascii():
            lines.append(line)
            size += len(line)
    return b"".join(lines)


def _legacy(sample: bytes) -> Guess:
    # Several encodings may read the same text: the likeliest of them counts.
    texts: dict[str, tuple[float, int, str]] = {}
    for order, (encoding, judge) in enumerate(JUDGES.items()):
        text = sample.decode(encoding, "replace")
        judged = judge(text), -order, encoding
        texts[text] = max(judged, texts.get(text, judged))
    ranked = sorted(texts.values(), reverse=True)
    best, _, encoding = ranked[0]
    margin = _margin(sum(byte > 0x7F for byte in sample))
    others = [name for value, _, name in ranked[1:] if value > best - margin or best < GOOD_ENOUGH]
    return Guess(encoding, tuple(others[: MAX_CHOICES - 1]))


def _margin(count: int) -> float:
    """Return by how much the best must be better on average, the less the more there is."""
    return max(0.06, min(0.6, 1 / sqrt(count)))


def _words(text: str) -> Iterator[str]:
    """Yield the first words that are not ASCII alone, each once."""
    length = 0
    for word in dict.fromkeys(match[0] for match in WORD.finditer(text)):
        if length > SAMPLE_CHARACTERS:
            return
        length += min(len(word), WORD_LENGTH)
        yield word[:WORD_LENGTH]


def _plausibility(word: str, place: int) -> float | None:
    """Return how well a character stands where it does; None for a letter in its place."""
    character = word[place]
    category = unicodedata.category(character)
    before, after = word[place - 1 : place], word[place + 1 : place + 2]
    if category in ("Cc", "Cs", "Co", "Cn") or character == "\ufffd":
        return CONTROL
    if category[0] in "LM" and character not in "ªº":
        if category == "Lu":
            is_inside = before.islower() or (before.isalpha() and after.islower())
        else:
            is_inside = category == "Ll" and after.isupper()
        return MISPLACED if is_inside else None
    if before.isalpha() and after.isalpha() and character not in JOINTS:
        return MISPLACED
    return 0.7 if character in SYMBOLS else -0.7


def _judge_letters(languages: str, rarity: float, text: str) -> float:
    """Return how much the words look like some of these languages: at best 1 per character."""
    names = languages.split()
    every = set("".join(ALPHABETS[name] for name in names))
    count, symbol_score = 0, 0.0
    by_language: list[list[float]] = []
    for word in _words(text):
        letters = []
        for place, character in enumerate(word):
            if character <= "\x7f":
                continue
            count += 1
            value = _plausibility(word, place)
            if value is None and _is_mixed(word, character):
                value = MIXED
            if value is None:
                letters.append(character.lower()[-1:] if character != "İ" else "\u0307")
            else:
                symbol_score += value
        if letters:
            by_language.append([_letters_in(name, letters, every) for name in names])
    if not count:
        return CONTROL
    totals = []
    for n in range(len(names)):
        totals.append(sum(scores[n] for scores in by_language))
        totals += [
            sum(max(scores[n], scores[m]) for scores in by_language)
            - SECOND_LANGUAGE
            - SECOND_LANGUAGE_SHARE * count
            for m in range(n)
        ]
    return (symbol_score + max(totals)) / count - rarity


def _letters_in(language: str, letters: list[str], every: set[str]) -> float:
    weights = WEIGHTS[language]
    total = 0.0
    for letter in letters:
        total += weights.get(letter, OTHER_LANGUAGE if letter in every else FOREIGN)
    return total


def _is_mixed(word: str, character: str) -> bool:
    """Return whether a letter that is not Latin stands in a word with some that are."""
    is_latin = character < "\u0250" or "\u1e00" <= character < "\u1f00"
    return not is_latin and any("A" <= letter <= "z" and letter.isalpha() for letter in word)


def _judge_characters(rate: Callable[[str, bytes], float], encoding: str, text: str) -> float:
    count, total = 0, 0.0
    for word in _words(text):
        for place, character in enumerate(word):
            if character <= "\x7f":
                continue
            count += 1
            value = _plausibility(word, place) if not _is_wide_symbol(character) else 0.0
            if value is None:
                value = rate(character, character.encode(encoding, "replace"))
                neighbors = word[max(place - 1, 0) : place] + word[place + 1 : place + 2]
                if neighbors.isascii():  # on its own
                    value = MIXED if len(neighbors) == 2 else min(value, 0.3)
            total += value
    return total / count if count else CONTROL


def _is_wide_symbol(character: str) -> bool:
    return "\u3000" <= character <= "\u303f" or "\uff01" <= character <= "\uff5e"


def _japanese(character: str, code: bytes) -> float:
    if "\uff61" <= character <= "\uff9f":  # half as wide: as good as never
        return -1.0
    if "\u3040" <= character <= "\u30ff":
        return 1.0
    if (
        len(code) == 2 and 0xB0 <= code[0] <= 0xCF and code[1] >= 0xA1
    ):  # EUC-JP, as rare as its kana
        return 0.6
    return 0.8 if 0x88 <= code[0] <= 0x97 else -0.5


def _simplified_chinese(character: str, code: bytes) -> float:
    if len(code) != 2 or code[1] < 0xA1 or code[0] < 0xB0 or code[0] > 0xF7:
        return -1.0
    return 0.8 if code[0] <= 0xD7 else -0.2


def _traditional_chinese(character: str, code: bytes) -> float:
    return 0.8 if 0xA4 <= code[0] <= 0xC6 else -0.2 if 0xC9 <= code[0] <= 0xF9 else -1.0


def _korean(character: str, code: bytes) -> float:
    if "\uac00" <= character <= "\ud7a3":
        return 1.0 if code[1] >= 0xA1 else -0.5
    return -1.0


JUDGES: dict[str, Callable[[str], float]] = {
    **{
        encoding: partial(_judge_letters, languages, rarity)
        for encoding, (languages, rarity) in SINGLE_BYTE.items()
    },
    "cp932": partial(_judge_characters, _japanese, "cp932"),
    "gb18030": partial(_judge_characters, _simplified_chinese, "gb18030"),
    "big5hkscs": partial(_judge_characters, _traditional_chinese, "big5hkscs"),
    "cp949": partial(_judge_characters, _korean, "cp949"),
    "euc_jp": partial(_judge_characters, _japanese, "euc_jp"),
}
