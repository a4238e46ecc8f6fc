"""What verbs raise when they refuse. The pages decide how to say it."""

from typing import NoReturn

from carafe.observability import security_events
from carafe.web.forms import Form


class FieldError(Exception):
    """A value is refused. `field` names its form field; `message` is for the user."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field, self.message = field, message

    def add_to(self, form: Form) -> None:
        """Show the message at the field of a form."""
        form[self.field].errors = [self.message]


class InvalidLinkError(Exception):
    """A link from a mail opens nothing, whatever the reason. `purpose` is what it was mailed for.

    Answer the same to all: the reasons tell which accounts exist.
    """

    def __init__(self, purpose: str):
        super().__init__(purpose)
        self.purpose = purpose


class OtherUserError(Exception):
    """Another user is logged in with this browser, and was not asked to give way."""


class LoginRequiredError(Exception):
    """A link works only where its user is logged in, and nobody is: lead them to the login."""


def refuse_link(purpose: str) -> NoReturn:
    """Report a link that opens nothing as a security event, and raise `InvalidLinkError`."""
    security_events.report("link.refused", "unknown_or_expired")
    raise InvalidLinkError(purpose)
