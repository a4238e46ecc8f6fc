"""Why an email was not sent: because of the server or of the email, temporarily or permanently."""


class ServerError(Exception):
    """The server can't send any email right now: it is down, or something is misconfigured.

    Admins see `reason` and `remedy`.
    """

    def __init__(self, reason: str, remedy: str):
        super().__init__(f"{reason} {remedy}")
        self.reason, self.remedy = reason, remedy


class DeferredError(Exception):
    """The server doesn't accept this email right now."""


class RejectedError(Exception):
    """The server will never accept this email."""
