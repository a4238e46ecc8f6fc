"""Forms of the user's own account."""

from typing import Any

from wtforms import FileField, StringField, ValidationError
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, InputRequired

from carafe.auth import NAME_LENGTH, EmailField, NewPasswordField, PasswordField, accounts
from carafe.web import Form, TextField, time_zones


class TimeZoneField(StringField):
    """A time zone that this system knows, or "" for the browser's."""

    data: str

    def __init__(self, label: str, **options: Any):
        # The user's current time zone, which stays valid even after the system drops it.
        self.present = ""
        super().__init__(label, **options)

    def pre_validate(self, form: BaseForm) -> None:
        if self.data and self.data != self.present and self.data not in time_zones.names():
            raise ValidationError("Choose a time zone from the list.")


class ProfileForm(Form):
    name = TextField("Name", length=NAME_LENGTH)
    time_zone = TimeZoneField("Time zone")


class AvatarForm(Form):
    avatar = FileField("Picture")


class EmailChangeForm(Form):
    email = EmailField("New address")


class FirstPasswordForm(Form):
    password = NewPasswordField("New password")


class PasswordForm(Form):
    current_password = PasswordField(
        "Current password", [InputRequired("Enter your current password.")]
    )
    password = NewPasswordField("New password")


class PasskeyForm(Form):
    name = TextField("Name", [DataRequired("Give it a name.")], length=accounts.PASSKEY_NAME_LENGTH)
