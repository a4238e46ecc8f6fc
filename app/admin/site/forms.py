"""Forms for users, invitations, messages, and impersonation."""

from wtforms import BooleanField
from wtforms.validators import DataRequired

from app.auth.fields import EmailField
from app.auth.impersonation import REASON_LENGTH
from app.auth.models.user_columns import NAME_LENGTH
from app.auth.roles import ROLES
from app.core.forms import ChoiceField, Form, LongTextField, TextField
from app.core.submissions import SubmissionForm
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


class MessageForm(SubmissionForm):
    title = TextField(
        "Title", [DataRequired("Say in a line what it is about.")], length=TITLE_LENGTH
    )
    body = LongTextField("Text", length=BODY_LENGTH, default="")
