"""Forms for users, invitations, messages, and impersonation."""

import hashlib

from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired, Regexp

from app.auth.forms import EmailField
from app.auth.impersonation import REASON_LENGTH
from app.auth.models.user import NAME_LENGTH
from app.auth.roles import ROLES
from app.core.forms import ChoiceField, Form, LongTextField, TextField
from app.notifications.models.notification import BODY_LENGTH, TITLE_LENGTH


class UserForm(Form):
    name = TextField("Name", length=NAME_LENGTH)
    role = ChoiceField("Role", choices=ROLES)


class InvitationForm(Form):
    email = EmailField()
    role = ChoiceField("Role", choices=ROLES)


class ImpersonationForm(Form):
    reason = TextField(
        "Reason", [DataRequired("Say why: it is kept in the audit.")], length=REASON_LENGTH
    )
    changes = BooleanField("Allow changes")


class MessageForm(Form):
    title = TextField(
        "Title", [DataRequired("Say in a line what it is about.")], length=TITLE_LENGTH
    )
    body = LongTextField("Text", length=BODY_LENGTH)
    submission = HiddenField(validators=[Regexp(r"[\w-]{0,32}\Z")])

    def fingerprint(self) -> str | None:
        """Return the key of a message that is sent once; edited text is another message."""
        if not self.submission.data:
            return None
        typed = self.submission.data, self.title.data, self.body.data or ""
        return hashlib.sha256("\0".join(typed).encode()).hexdigest()[:32]
