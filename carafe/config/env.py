"""Settings that environment variables can change, and the error about invalid ones."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from click import ClickException

MAX_QUOTED_LENGTH = 100
QUOTES = ('""', "''", "``", "“”")
JOINERS = "\u200c\u200d"  # allowed: used within words of some scripts, and within emoji


class ConfigError(ClickException, RuntimeError):
    """A setting is missing or invalid. The text names it and gives the remedy.

    Its base classes make it one line, without a traceback, in click and gunicorn. `flask check`
    shows problem and remedy separately.
    """

    def __init__(self, problem: str, remedy: str = "See config.py for accepted values."):
        super().__init__(f"{problem} {remedy}")
        self.problem, self.remedy = problem, remedy


class RefusedError(ValueError):
    """A reader's reason to refuse a text, and the remedy. Neither quotes the text."""

    def __init__(self, reason: str, remedy: str = ""):
        super().__init__(reason)
        self.reason, self.remedy = reason, remedy


class Env:
    """A setting that the environment can change: a default, and how to read the variable.

    `read` returns the value of a text, or raises `ValueError`. The error shows the text unless
    `is_secret`, or unless it is `RefusedError`.
    """

    def __init__(
        self,
        default: Any,
        read: Callable[[str], Any] = str,
        expected: str = "text",
        *,
        is_secret: bool = False,
    ):
        self.default, self.read, self.expected = default, read, expected
        self.is_secret = is_secret

    def value(self, name: str, environ: Mapping[str, str]) -> Any:
        text = environ.get(name, "").strip()
        return self.parse(name, text) if text else self.default

    def parse(self, name: str, text: str) -> Any:
        """Read a text that isn't empty. Raise `ConfigError`."""
        try:
            return self.read(plain(text))
        except RefusedError as refusal:
            remedy = f"{refusal.remedy} Use {self.expected}.".strip()
            raise ConfigError(f"Invalid {name}: {refusal.reason}.", remedy) from None
        except ValueError:
            quoted = name if self.is_secret else f"value {name}={text[:MAX_QUOTED_LENGTH]!r}"
            raise ConfigError(f"Invalid {quoted}.", f"Use {self.expected}.") from None


class EnvTable(Env):
    """Groups of settings, as a dict by name.

    `OAUTH_PROVIDERS=acme` names one, and `OAUTH_ACME_CLIENT_ID` is its field "client_id".
    """

    def __init__(self, prefix: str, *fields: str):
        super().__init__({}, self._names, "comma-separated names of letters and digits")
        self.prefix, self.fields = prefix, fields

    def value(self, name: str, environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
        names = super().value(name, environ)
        return {row: dict(self._row(row, environ)) for row in names}

    def variable(self, name: str, field: str) -> str:
        return f"{self.prefix}_{name}_{field}".upper()

    def _row(self, name: str, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for field in self.fields:
            variable = self.variable(name, field)
            if text := Env("").value(variable, environ):
                yield field, text

    @staticmethod
    def _names(text: str) -> list[str]:
        names = [name.strip() for name in text.lower().split(",") if name.strip()]
        for name in names:
            if not re.fullmatch("[a-z][a-z0-9_]{0,49}", name):
                raise ValueError(name)
        return names


def plain(text: str) -> str:
    """Return a text without surrounding spaces. Refuse what no setting can mean.

    Such as the quotes in `NAME="value"`: shells and systemd remove them, but `docker --env-file`
    doesn't, so one file would mean two things.
    """
    text = text.strip()
    if len(text) > 1 and text[0] + text[-1] in QUOTES:
        raise RefusedError("it is in quotes", "Remove the quotes.")
    for character in text:
        kind = unicodedata.category(character)
        if kind == "Cs":  # how os.environ represents other bytes
            raise RefusedError("it is not UTF-8", "Save the file that sets it as UTF-8.")
        if kind == "Cc" or (kind == "Cf" and character not in JOINERS):
            raise RefusedError(
                f"it contains an invisible character (U+{ord(character):04X})",
                "Retype it on one line.",
            )
    return text
