"""Forms to sign up, log in, and reset a password."""

from wtforms import BooleanField
from wtforms.validators import DataRequired, InputRequired

from carafe.auth import NAME_LENGTH, EmailField, NewPasswordField, PasswordField
from carafe.web import Form, TextField

PASSWORD_REQUIRED = InputRequired("Enter your password.")
CODE_LENGTH = 40  # recovery codes from before have 29 characters, and some people add spaces


class LoginForm(Form):
    email = EmailField()
    password = PasswordField(validators=[PASSWORD_REQUIRED])
    remember = BooleanField("Keep me logged in")


class RegisterForm(Form):
    email = EmailField()
    name = TextField("Name", length=NAME_LENGTH)
    password = NewPasswordField()


class AcceptInvitationForm(Form):
    name = TextField("Name", length=NAME_LENGTH)
    password = NewPasswordField()


class EmailForm(Form):
    email = EmailField()


class RememberForm(Form):
    remember = BooleanField("Keep me logged in")


class NewPasswordForm(Form):
    password = NewPasswordField("New password")


class CodeForm(Form):
    code = TextField("Code", [DataRequired("Enter your code.")], length=CODE_LENGTH)


class ReauthenticateForm(Form):
    """A password or a code. Either one is enough."""

    password = PasswordField()
    code = TextField("Code", length=CODE_LENGTH)

    def validate(self, extra_validators: object = None) -> bool:
        if not super().validate(extra_validators):
            return False
        if self.password.data or self.code.data:
            return True
        if self.code.raw_data:
            self.code.errors = ["Enter your code."]
        else:
            self.password.errors = ["Enter your password."]
        return False
