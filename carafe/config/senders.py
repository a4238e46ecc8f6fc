"""Senders of emails: `Name <address>`, or only an address."""

import re
from email.headerregistry import Address

from carafe.config.env import RefusedError
from carafe.config.hosts import host_name

SENDER = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]+)>|(?P<bare>[^<>\s]+)")
# RFC 5321, 4.1.2 and 4.5.3.1.1, without quoted ones; with letters of all scripts (RFC 6531).
LOCAL_PART = re.compile(r"[^\s@.<>()\[\]\\,:;\"]+(\.[^\s@.<>()\[\]\\,:;\"]+)*")
LOCAL_PART_BYTES = 64


def sender(text: str) -> str:
    """Read a sender. The name may have any characters; quotes around it are removed."""
    return str(sender_address(text))


def sender_address(text: str) -> Address:
    """Return the parts of a sender. The domain is in ASCII (IDNA 2008)."""
    if not (match := SENDER.fullmatch(text)):
        raise RefusedError("it is not a single address")
    name = (match["name"] or "").strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    local, _, domain = (match["bare"] or match["address"]).strip().rpartition("@")
    if not LOCAL_PART.fullmatch(local) or len(local.encode()) > LOCAL_PART_BYTES:
        raise RefusedError("its address is not valid")
    return Address(name, local, host_name(domain))
