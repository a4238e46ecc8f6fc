"""Forms for users, invitations, messages, and impersonation."""

from wtforms import BooleanField
from wtforms.validators import DataRequired

from app.auth.roles import ROLES
from carafe.auth import NAME_LENGTH, EmailField, impersonation
from carafe.notifications import BODY_LENGTH, TITLE_LENGTH
from carafe.web import ChoiceField, Form, LongTextField, SubmissionForm, TextField


class UserForm(Form):
    name = TextField("Name", length=NAME_LENGTH)
    role = ChoiceField("Role", choices=ROLES)


class InvitationForm(Form):
    email = EmailField()
    role = ChoiceField("Role", choices=ROLES)


class ImpersonationForm(Form):
    reason = TextField(
        "Reason",
        [DataRequired("Enter a reason for the audit log.")],
        length=impersonation.REASON_LENGTH,
    )
    changes = BooleanField("Allow changes")


class MessageForm(SubmissionForm):
    title = TextField("Title", [DataRequired("Enter a title.")], length=TITLE_LENGTH)
    body = LongTextField("Text", length=BODY_LENGTH, default="")
