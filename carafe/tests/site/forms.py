"""Forms of the sample app."""

from wtforms import BooleanField, HiddenField
from wtforms.validators import DataRequired, InputRequired

from carafe.auth.fields import EmailField, NewPasswordField, PasswordField
from carafe.auth.models.passkey import PASSKEY_NAME_LENGTH
from carafe.auth.models.user_columns import NAME_LENGTH
from carafe.web.fields import LongTextField, TextField
from carafe.web.forms import Form
from carafe.web.submissions import SubmissionForm
from carafe.web.versions import VersionForm


class LoginForm(Form):
    email = EmailField()
    password = PasswordField(validators=[InputRequired("Enter your password.")])
    remember = BooleanField("Keep me logged in")


class EmailForm(Form):
    email = EmailField()


class MagicLinkForm(Form):
    remember = BooleanField("Keep me logged in")
    switch = HiddenField()


class AccountForm(Form):
    name = TextField("Name", length=NAME_LENGTH)
    password = NewPasswordField()


class NameForm(Form):
    name = TextField("Name", length=NAME_LENGTH)


class PasswordForm(Form):
    current_password = PasswordField(
        "Current password", validators=[InputRequired("Enter your password.")]
    )
    password = NewPasswordField("New password")


class RegisterForm(AccountForm):
    email = EmailField()


class NewPasswordForm(Form):
    password = NewPasswordField("New password")


class CodeForm(Form):
    code = TextField("Code", [DataRequired("Enter your code.")], length=40)


class PasskeyForm(Form):
    name = TextField("Name", [DataRequired("Enter a name.")], length=PASSKEY_NAME_LENGTH)


class ProofForm(Form):
    password = PasswordField()
    code = TextField("Code", length=40)


class ThingForm(SubmissionForm, VersionForm):
    title = TextField("Title", [DataRequired("Use it a title.")], length=200)
    body = LongTextField("Text", length=20_000, default="")
