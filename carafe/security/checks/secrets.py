"""Checks of the key ring: whether its keys are secret."""

import re
from collections import Counter
from math import log2

from flask import Flask, current_app

from carafe import checks
from carafe.config import Config
from carafe.config.defaults import GENERATE_KEY_COMMAND

# More than an attacker can try. Of 100,000 keys of 32 random hex digits, which have 128 bits, the
# estimate below gave the lowest 92.
MIN_ENTROPY_BITS = 80
MIN_KEY_BYTES = 32
PLACEHOLDERS = re.compile(
    r"changeme|change.?this|replace|placeholder|insecure|secret.?key|yoursecret"
)
# Words separated by spaces, dashes, or dots, perhaps followed by a number.
PASSPHRASE = re.compile(r"\W*(?:(?:[^\W\d_][^\WA-Z\d_]*|[A-Z]+)[\W_]+){2,}[^\W\d_]+[\W_]*\d*[\W_]*")


def init_app(app: Flask) -> None:
    checks.add(
        app,
        "security.secret_key",
        guessable_keys,
        level="error",
        remedy=f"Generate a new one: {GENERATE_KEY_COMMAND}",
    )
    checks.add(
        app,
        "security.secret_key_fallbacks",
        duplicate_keys,
        level="warning",
        remedy="SECRET_KEY is the new key. SECRET_KEY_FALLBACKS lists only earlier keys.",
    )


def guessable_keys() -> str | None:
    keys = {"SECRET_KEY": current_app.config["SECRET_KEY"]}
    for number, key in enumerate(current_app.config["SECRET_KEY_FALLBACKS"], 1):
        keys[f"key {number} in SECRET_KEY_FALLBACKS"] = key
    weak = [name for name, key in keys.items() if is_guessable(key)]
    return f"Easy to guess: {', '.join(weak)}. It signs and encrypts everything." if weak else None


def duplicate_keys() -> str | None:
    keys = [current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"]]
    if len(set(keys)) == len(keys):
        return None
    return "SECRET_KEY and SECRET_KEY_FALLBACKS contain the same key twice, so nothing was rotated."


def is_guessable(key: str) -> bool:
    if len(key.encode()) < MIN_KEY_BYTES or key == Config.SECRET_KEY.default:
        return True
    if PLACEHOLDERS.search(key.casefold()) or PASSPHRASE.fullmatch(key):
        return True
    return entropy_bits(key) < MIN_ENTROPY_BITS


def entropy_bits(key: str) -> float:
    """Estimate the entropy of a key, at most, from its character frequencies.

    Repetitions count once.
    """
    part = key[: (key + key).find(key, 1)]
    shares = [count / len(part) for count in Counter(part).values()]
    return -len(part) * sum(share * log2(share) for share in shares)
