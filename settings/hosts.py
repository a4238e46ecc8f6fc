"""Names of hosts."""

import re
from ipaddress import IPv6Address

from settings.env import RefusedError

LABEL = re.compile("(?!-)[a-z0-9_-]{1,63}(?<!-)")
NAME_LENGTH = 253


def host_name(text: str) -> str:
    """Return the name as DNS has it, in ASCII (IDNA 2008), or an IPv6 address in its brackets."""
    if text.startswith("["):
        if not text.endswith("]"):
            raise RefusedError("its host has one bracket")
        try:
            return f"[{IPv6Address(text[1:-1])}]"
        except ValueError:
            raise RefusedError("its host is no IPv6 address") from None
    name = ascii_domain(text).lower().removesuffix(".")
    if len(name) > NAME_LENGTH or not all(map(LABEL.fullmatch, name.split("."))):
        raise RefusedError("its host is missing, or holds characters that no name has")
    return name


def ascii_domain(text: str) -> str:
    """Return a domain in ASCII: each label that is not becomes its A-label.

    Raises `RefusedError` where a label cannot be one.
    """
    if text.isascii():
        return text
    # Late: few have such names, and its tables take 10 ms to load.
    import idna

    try:
        return idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        raise RefusedError("its host cannot be an internationalized name") from None
