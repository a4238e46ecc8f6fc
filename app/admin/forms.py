"""Forms of the administration."""

from wtforms import SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from app.auth.forms import EmailField
from app.auth.models.user import NAME_LENGTH
from app.auth.roles import ROLES
from app.core.forms import Form, TextField

ROLE_CHOICES = [SelectChoice(value=value, label=label) for value, label in ROLES.items()]


class UserForm(Form):
    name = TextField("Name", length=NAME_LENGTH)
    role = SelectField("Role", choices=ROLE_CHOICES)


class InvitationForm(Form):
    email = EmailField()
    role = SelectField("Role", choices=ROLE_CHOICES)
