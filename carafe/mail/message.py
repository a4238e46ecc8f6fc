"""An email, and its representation in ASCII, whatever the server supports."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import dataclass, replace
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr

from carafe.config.hosts import ascii_domain

# Parts that aren't only short lines of ASCII are quoted-printable or base64. So servers need not
# support 8BITMIME, and none on the way can break them.
PART = policy.default.clone(cte_type="7bit")
LINE_LENGTH = 78
# The length of an encoded word: with "Subject: " before it, the line has 73 characters.
WORD_BYTES = 39
# Characters that end a header or start another, in this program or one that reads it.
SPACES = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
SPECIALS = re.compile(r'[()<>\[\]:;@\\,."]')


@dataclass(frozen=True)
class Message:
    """An email to one address, or to nobody. The sender is `Name <address>`."""

    to: str | None
    sender: str
    subject: str
    date: str
    id: str
    text: str
    html: str

    @property
    def from_address(self) -> str:
        return parseaddr(self.sender)[1]

    def with_ascii_domain(self) -> Message:
        """Return the same email with an ASCII domain (IDNA 2008). Raise `ValueError`."""
        local, _, domain = (self.to or "").rpartition("@")
        if not local or re.search(r"[\s<>\x00-\x1f\x7f-\x9f]", local + domain):
            raise ValueError("invalid email address")
        return replace(self, to=f"{local}@{ascii_domain(domain)}")

    def to_bytes(self, line_break: str = "\n") -> bytes:
        """Write it (RFC 5322). Only addresses may be non-ASCII, for servers with SMTPUTF8."""
        # Not by EmailMessage, which decodes what looks like an encoded word, including line breaks,
        # and before Python 3.11.10 writes these unchanged (CVE-2024-6923).
        headers = [
            f"Subject: {unstructured(self.subject, 'Subject')}",
            f"From: {mailbox(self.sender)}",
            *([f"To: {one_line(self.to)}"] if self.to is not None else []),
            f"Date: {self.date}",
            f"Message-ID: {self.id}",
            # Prevents out-of-office replies to automatic emails (RFC 3834).
            "Auto-Submitted: auto-generated",
        ]
        parts = EmailMessage(PART.clone(linesep=line_break))
        parts.set_content(self.text)
        parts.add_alternative(self.html, subtype="html")
        head = "\n".join([*headers, ""]).replace("\n", line_break)
        return head.encode() + parts.as_bytes()


def one_line(text: str) -> str:
    return SPACES.sub(" ", text).strip()


def unstructured(text: str, header: str) -> str:
    text = one_line(text)
    # Mail software would decode what looks like an encoded word.
    if text.isascii() and "=?" not in text and len(f"{header}: {text}") <= LINE_LENGTH:
        return text
    return encoded(text)


def mailbox(sender: str) -> str:
    """Write `Name <address>` for From:, with the name quoted or encoded if necessary."""
    name, address = parseaddr(one_line(sender))
    if not name:
        return address
    if not name.isascii() or "=?" in name or len(name) > LINE_LENGTH / 2:
        name = encoded(name)
    elif SPECIALS.search(name):
        name = '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))
    last_line = name.rpartition("\n")[2]
    fold = "\n" if len(f"From: {last_line} <{address}>") > LINE_LENGTH else ""
    return f"{name}{fold} <{address}>"


def encoded(text: str) -> str:
    """Return text as encoded words, one per line (RFC 2047)."""
    # The standard library's exceed the maximum of 75 characters.
    words = [b""]
    for character in text:
        if len(words[-1] + character.encode()) > WORD_BYTES:
            words.append(b"")
        words[-1] += character.encode()
    return "\n ".join(f"=?utf-8?b?{b64encode(word).decode()}?=" for word in words)
