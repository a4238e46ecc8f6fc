"""Host names."""

import re
from ipaddress import IPv6Address

from carafe.config.env import RefusedError

LABEL = re.compile("(?!-)[a-z0-9_-]{1,63}(?<!-)")
NAME_LENGTH = 253


def trusted_hosts(text: str) -> list[str]:
    """Read comma-separated hosts. One that starts with a dot covers its subdomains, too."""
    return [_trusted_host(word.strip()) for word in text.split(",") if word.strip()]


def _trusted_host(text: str) -> str:
    if "://" in text:
        raise RefusedError("it contains a scheme", "Remove it.")
    if re.search(r"[/?#@\\]", text):
        raise RefusedError("it contains more than a hostname", "Remove the rest.")
    if "*" in text:
        raise RefusedError("it contains a *", "For subdomains, start the name with a dot.")
    if re.search(r"\s", text):
        raise RefusedError("it contains a space", "Separate names with commas.")
    name = text.removeprefix(".")
    try:
        return host_name(f"[{IPv6Address(name.strip('[]'))}]")
    except ValueError:
        pass
    if ":" in name:
        raise RefusedError("it contains a port", "Remove it: any port is accepted.")
    if "_" in name:
        raise RefusedError("it contains an underscore", "Browsers and proxies never send one.")
    return text[: len(text) - len(name)] + host_name(name)


def host_name(text: str) -> str:
    """Return the name in its DNS form, in ASCII (IDNA 2008), or an IPv6 address in brackets."""
    if text.startswith("["):
        if not text.endswith("]"):
            raise RefusedError("its host has an unmatched bracket")
        try:
            return f"[{IPv6Address(text[1:-1])}]"
        except ValueError:
            raise RefusedError("its host is not a valid IPv6 address") from None
    name = ascii_domain(text).lower().removesuffix(".")
    if len(name) > NAME_LENGTH or not all(map(LABEL.fullmatch, name.split("."))):
        raise RefusedError("its host is missing or contains characters that are not allowed")
    return name


def ascii_domain(text: str) -> str:
    """Return a domain in ASCII, with A-labels.

    Raise `RefusedError` for an invalid label.
    """
    if text.isascii():
        return text
    # A late import, because few have such names, and its tables take 10 ms to load.
    import idna

    try:
        return idna.encode(text, uts46=True).decode()
    except idna.IDNAError:
        raise RefusedError("its host isn't a valid internationalized name") from None
