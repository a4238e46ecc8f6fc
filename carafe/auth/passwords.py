"""Password hashing, and which passwords are accepted.

Argon2id with 19 MiB, two passes, one lane: the first choice of OWASP's Password Storage Cheat
Sheet. Hash and verify outside a transaction that holds the write lock.
"""

import unicodedata
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from carafe.auth.common_passwords import is_common, words_in
from carafe.unicode import MAX_EXPANSION

MIN_LENGTH, MAX_LENGTH = 8, 256  # characters, once normalized
MAX_TYPED_LENGTH = MAX_EXPANSION * MAX_LENGTH

TOO_LONG = f"Use at most {MAX_LENGTH} characters."
COMMON = "That password is too easy to guess. Choose another one."

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# A hash that no password matches, verified for unknown addresses, so that they take as long.
_DUMMY_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$Y2FyYWZlLW5vYm9keS0wMA"
    "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def hash(password: str) -> str:
    return _hasher.hash(_encode(normalize(password)))


def verify(password_hash: str | None, password: str) -> bool:
    """Return whether the password matches the hash. With None, it takes as long and is False."""
    return any(_matches(password_hash or _DUMMY_HASH, text) for text in _spellings(password))


def needs_rehash(password_hash: str, password: str) -> bool:
    """Return whether to rehash a verified password: new parameters, or another normalization."""
    if _hasher.check_needs_rehash(password_hash):
        return True
    return not password.isascii() and not _matches(password_hash, normalize(password))


def normalize(password: str) -> str:
    """Return the password in the form that is hashed, however a keyboard encodes its characters.

    NFKC, as NIST SP 800-63B-4 (3.1.1.2) recommends.
    """
    return unicodedata.normalize("NFKC", password)


def _spellings(password: str) -> Iterable[str]:
    """Return the forms that may have been hashed: old hashes are of passwords as typed."""
    if password.isascii():
        return [password]
    forms = (unicodedata.normalize(form, password) for form in ("NFC", "NFD"))
    return dict.fromkeys([normalize(password), password, *forms])


def _matches(password_hash: str, text: str) -> bool:
    try:
        return _hasher.verify(password_hash, _encode(text))
    except (VerificationError, InvalidHashError):
        return False


def validation_error(password: str, email: str) -> str | None:
    """Return why this password is refused for that address, as a sentence, or None.

    There are no composition rules (NIST SP 800-63B, 3.1.1.2), only the length and common passwords.
    """
    if len(password) > MAX_TYPED_LENGTH:
        return TOO_LONG
    password = normalize(password)
    lowered = password.casefold()
    if len(password) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters."
    if len(password) > MAX_LENGTH:
        return TOO_LONG
    address = email.casefold()
    if address and (address in lowered or address.partition("@")[0] in words_in(lowered)):
        return "Don't use your email address in your password."
    name = current_app.config["APP_NAME"].casefold()
    if "".join(filter(str.isalpha, lowered)) == "".join(filter(str.isalpha, name)):
        return "Don't use the name of this site as your password."
    if is_common(lowered):
        return COMMON
    return None


def _encode(password: str) -> bytes:
    return password.encode("utf-8", "surrogatepass")
