"""Detects the encoding of an uploaded file, which most files don't declare.

UTF-8 and UTF-16 are easy to recognize. Otherwise, each candidate decodes the words beyond ASCII,
and the one whose letters look most like a language wins. If two are similarly likely, the user has
to choose. `docs/decisions.md` compares this with libraries for the same purpose.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import IO

from carafe.admin.imports.plausibility import JUDGES

UTF_8, UTF_16 = "utf-8-sig", "utf-16"
# Python's codecs, and what spreadsheets call them.
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


CHUNK_BYTES = 64 * 1024
# The number of lines beyond ASCII that are examined.
SAMPLE_BYTES = 16 * 1024
# The average score of all characters.
GOOD_ENOUGH = 0.4
MAX_CHOICES = 6


@dataclass(frozen=True)
class Guess:
    """The likeliest encoding, and others if the user has to choose."""

    encoding: str
    others: tuple[str, ...] = ()


def guess_encoding(file: IO[bytes]) -> Guess:
    """Return the encoding of a file, which is read to its end."""
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
    """Return the byte order of a file without a mark: ASCII in it has a zero in every pair."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) / 20 or min(even, odd) > max(even, odd) / 10:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _is_utf_8(file: IO[bytes]) -> bool:
    """Return whether all of it, or nearly all of what isn't ASCII, is valid UTF-8.

    A few invalid bytes in a UTF-8 file make a few invalid rows, not a file in another encoding.
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
    """Return lines that aren't only ASCII."""
    lines, size = [], 0
    while size < SAMPLE_BYTES and (line := file.readline(CHUNK_BYTES)):
        if not line.isascii():
            lines.append(line)
            size += len(line)
    return b"".join(lines)


def _legacy(sample: bytes) -> Guess:
    # Several encodings may read the same text: the likeliest one counts.
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
    """Return by how much the best must be better on average; less for longer texts."""
    return max(0.06, min(0.6, 1 / sqrt(count)))
