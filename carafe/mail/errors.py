"""Why a mail was not sent: because of the server, or of this mail, for now or for good."""


class ServerError(Exception):
    """No mail can be sent by this server for now: it is away, or something is set up wrong.

    Admins see `reason` and `remedy`.
    """

    def __init__(self, reason: str, remedy: str):
        super().__init__(f"{reason} {remedy}")
        self.reason, self.remedy = reason, remedy


class DeferredError(Exception):
    """The server does not take this mail for now."""


class RejectedError(Exception):
    """The server will never take this mail."""
