"""Readers of settings other than URLs: they return a text's value, or raise ValueError."""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

from carafe.config.env import RefusedError
from carafe.config.hosts import host_name

ROOT = Path(__file__).parent.parent.parent

LINE_LENGTH = 100
BEARER_TOKEN = re.compile("[A-Za-z0-9._~+/=-]{16,}")  # RFC 6750, 2.1


def integer(least: int, most: int) -> Callable[[str], int]:
    """Read a whole number in ASCII digits. `int()` accepts `1_000`, and digits of other scripts."""

    def read(text: str) -> int:
        if not re.fullmatch("[0-9]{1,18}", text) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return read


def decimal(least: float, most: float) -> Callable[[str], float]:
    def read(text: str) -> float:
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?|\.[0-9]{1,9}", text):
            raise ValueError(text)
        if not least <= float(text) <= most:
            raise ValueError(text)
        return float(text)

    return read


def one_of(*names: str) -> Callable[[str], str]:
    """Read one of these words, in any case."""
    names_by_lowercase = {name.lower(): name for name in names}

    def read(text: str) -> str:
        if text.lower() not in names_by_lowercase:
            raise ValueError(text)
        return names_by_lowercase[text.lower()]

    return read


log_level = one_of("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def matching(pattern: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not re.fullmatch(pattern, text):
            raise ValueError(text)
        return text

    return read


def yes_or_no(text: str) -> bool:
    yes, no = ("yes", "on", "true", "1"), ("no", "off", "false", "0")
    return one_of(*yes, *no)(text) in yes


def list_of(pattern: str) -> Callable[[str], list[str]]:
    """Read comma-separated words that match `pattern`. Empty ones are ignored."""

    def read(text: str) -> list[str]:
        words = [word.strip() for word in text.split(",") if word.strip()]
        if not all(re.fullmatch(pattern, word) for word in words):
            raise ValueError(text)
        return words

    return read


def networks(text: str) -> list[IPv4Network | IPv6Network]:
    """Read comma-separated networks in CIDR notation."""
    return [ip_network(word.strip()) for word in text.split(",") if word.strip()]


def line(text: str) -> str:
    if len(text) > LINE_LENGTH:
        raise RefusedError(f"it has more than {LINE_LENGTH} characters")
    return text


def secret(text: str) -> str:
    """Read a bearer token."""
    if not BEARER_TOKEN.fullmatch(text):
        raise RefusedError("it is too short or contains unsupported characters")
    return text


def host(text: str) -> str:
    """Read the address or name that a server listens on."""
    try:
        return str(ip_address(text.strip("[]")))
    except ValueError:
        return host_name(text)


def root_path(text: str) -> str:
    """Read the path of the site, of characters that need no escaping; "/" for none."""
    if not re.fullmatch(r"/|(/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?", text):
        raise ValueError(text)
    return text.rstrip("/") or "/"


def folder(text: str) -> str:
    """Read the path of a folder. A relative one is within the project, wherever a command runs."""
    if "://" in text or text.startswith("file:"):
        raise RefusedError("it is a URL", "Use only the path.")
    # Shells expand them, but systemd and Docker don't.
    if re.search(r"^~|\$|%\w+%", text):
        raise RefusedError("it contains a ~ or a variable", "Use the full path.")
    return str(ROOT / text)
