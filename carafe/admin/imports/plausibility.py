"""Scores how much decoded text looks like a language, depending on its encoding."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import partial

from carafe.admin.imports.alphabets import ALPHABETS, SINGLE_BYTE, WEIGHTS

# Typography common to all languages, and characters that may be between two letters.
SYMBOLS = set(
    "“”„‘’‚‹›«»–—…•·€£§©®™°º²³½¼¾±×¿¡µ№¥\u00a0、。・「」『』（）〜～，：；！？《》【】ー々〇"
)
JOINTS = set("’‘·–—-\u00a0\u00ad")
WORD = re.compile(r"[A-Za-z'\x80-\U0010ffff]*[\x80-\U0010ffff][A-Za-z'\x80-\U0010ffff]*")

# The number of characters examined in words beyond ASCII, and per word.
SAMPLE_CHARACTERS, WORD_LENGTH = 1000, 100
# The score of a character where it doesn't belong.
CONTROL, MIXED, MISPLACED, FOREIGN, OTHER_LANGUAGE = -4.0, -2.0, -2.0, -2.0, -1.0
# For a second language in one file, and per character.
SECOND_LANGUAGE, SECOND_LANGUAGE_SHARE = 2, 0.15


def _words(text: str) -> Iterator[str]:
    """Yield the first words that aren't only ASCII, each once."""
    length = 0
    for word in dict.fromkeys(match[0] for match in WORD.finditer(text)):
        if length > SAMPLE_CHARACTERS:
            return
        length += min(len(word), WORD_LENGTH)
        yield word[:WORD_LENGTH]


def _plausibility(word: str, place: int) -> float | None:
    """Return how plausible a character is in its position; None for a letter that belongs there."""
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
    """Return how much the words look like one of these languages: at best 1 per character."""
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
    """Return whether a non-Latin letter is in a word with Latin ones."""
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
    if "\uff61" <= character <= "\uff9f":  # half-width, which is hardly ever used
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
