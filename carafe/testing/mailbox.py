"""The emails that the app has sent."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask

from carafe.jobs.worker import run_due
from carafe.testing.waiting import PATIENCE_SECONDS, until


class Mailbox:
    def __init__(self, folder: Path, app: Flask | None = None):
        self.folder, self.app = folder, app

    def to(self, address: str) -> list[EmailMessage]:
        """Return the emails to an address, oldest first."""
        if self.app:
            run_due(self.app)
        mails = [
            message_from_bytes(file.read_bytes(), policy=policy.default)
            for file in sorted(self.folder.glob("*.eml"))
        ]
        return [mail for mail in mails if mail["To"] == address]

    def link(self, address: str) -> str:
        """Return the path of the link in the newest email to an address."""
        return link_in(self.to(address)[-1])

    def wait_for_link(self, address: str) -> str:
        """Return the path of the link in the first email that a server sends to an address."""
        until(lambda: self.to(address), PATIENCE_SECONDS)
        return self.link(address)


def link_in(mail: EmailMessage) -> str:
    """Return the path of the link in an email's text."""
    body = mail.get_body(("plain",))
    assert body is not None
    url = re.search(r"https?://\S+", body.get_content())
    assert url is not None
    return urlsplit(url[0]).path
