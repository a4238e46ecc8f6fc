"""Forms of the user's own account."""

from wtforms import FileField
from wtforms.validators import DataRequired, InputRequired

from carafe.auth import NAME_LENGTH, EmailField, NewPasswordField, PasswordField, accounts
from carafe.web import Form, TextField, TimeZoneField


class ProfileForm(Form):
    name = TextField("Name", length=NAME_LENGTH)
    time_zone = TimeZoneField("Time zone")


class AvatarForm(Form):
    avatar = FileField("Picture")


class EmailChangeForm(Form):
    email = EmailField("New email address")


class FirstPasswordForm(Form):
    password = NewPasswordField("New password")


class PasswordForm(Form):
    current_password = PasswordField(
        "Current password", [InputRequired("Enter your current password.")]
    )
    password = NewPasswordField("New password")


class PasskeyForm(Form):
    name = TextField("Name", [DataRequired("Enter a name.")], length=accounts.PASSKEY_NAME_LENGTH)
