"""Forms for users, invitations, messages, and impersonation."""

from wtforms import BooleanField
from wtforms.validators import DataRequired

from app.auth.roles import ROLES
from carafe.auth.fields import EmailField
from carafe.auth.impersonation import REASON_LENGTH
from carafe.auth.models.user_columns import NAME_LENGTH
from carafe.notifications.models.notification import BODY_LENGTH, TITLE_LENGTH
from carafe.web.forms import ChoiceField, Form, LongTextField, TextField
from carafe.web.submissions import SubmissionForm


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
