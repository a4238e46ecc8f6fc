"""Forms of one's own account."""

from wtforms.validators import InputRequired

from app.auth import passwords
from app.auth.forms import NewPasswordField
from app.auth.models.user import NAME_LENGTH
from app.core.forms import Form, SecretField, TextField


class ProfileForm(Form):
    name = TextField("Name", length=NAME_LENGTH)


class PasswordForm(Form):
    current_password = SecretField(
        "Current password",
        [InputRequired("Enter your current password.")],
        length=passwords.MAX_LENGTH,
    )
    password = NewPasswordField("New password")
