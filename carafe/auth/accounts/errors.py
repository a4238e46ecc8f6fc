"""Errors that account functions raise. The pages decide on the message."""

from typing import NoReturn

from carafe.observability import security_events
from carafe.web.forms import Form


class FieldError(Exception):
    """A refused value. `field` is the name of its form field, `message` is for the user."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field, self.message = field, message

    def add_to(self, form: Form) -> None:
        """Add the message to a field of a form."""
        form[self.field].errors = [self.message]


class InvalidLinkError(Exception):
    """An emailed link is invalid, for whatever reason. `purpose` is what it was for.

    Respond the same in all cases, because the reasons reveal which accounts exist.
    """

    def __init__(self, purpose: str):
        super().__init__(purpose)
        self.purpose = purpose


class OtherUserError(Exception):
    """Another user is logged in with this browser, and did not agree to be logged out."""


class LoginRequiredError(Exception):
    """A link requires its user to be logged in, and nobody is: redirect to the login page."""


def refuse_link(purpose: str) -> NoReturn:
    """Report an invalid link as a security event, and raise `InvalidLinkError`."""
    security_events.report("link.refused", "unknown_or_expired")
    raise InvalidLinkError(purpose)
