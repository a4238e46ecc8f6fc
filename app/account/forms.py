"""Forms of the user's own account."""

from wtforms import FileField
from wtforms.validators import DataRequired, InputRequired

from carafe.auth import (
    NAME_LENGTH,
    EmailField,
    NetworksField,
    NewPasswordField,
    PasswordField,
    accounts,
)
from carafe.web import CheckboxesField, ChoiceField, Form, TextField, TimeZoneField
from carafe.webhooks import DESCRIPTION_LENGTH, EndpointURLField, event_types


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


class TokenForm(Form):
    name = TextField("Name", [DataRequired("Enter a name.")], length=accounts.TOKEN_NAME_LENGTH)
    scopes = CheckboxesField(
        "Scopes", [DataRequired("Choose at least one.")], choices=accounts.available_scopes
    )
    days = ChoiceField("Expires", choices=accounts.TOKEN_LIFETIMES, coerce=int, default=90)
    networks = NetworksField("IP addresses")


class WebhookForm(Form):
    url = EndpointURLField("URL")
    description = TextField("Description", length=DESCRIPTION_LENGTH)
    events = CheckboxesField("Events", [DataRequired("Choose at least one.")], choices=event_types)
