"""Fields of forms for email addresses, passwords, and networks."""

import re
from ipaddress import ip_network
from typing import Any, Unpack

from flask import current_app
from wtforms import StringField
from wtforms.form import BaseForm
from wtforms.validators import DataRequired, ValidationError

from carafe.auth import passwords
from carafe.auth.models.api_token import NETWORKS_LENGTH
from carafe.auth.models.user_columns import EMAIL_LENGTH
from carafe.unicode import nfc
from carafe.web.fields import FieldOptions, SecretField, TextField, Validators, at_most

ENTER_EMAIL = DataRequired("Enter your email address.")
SHORT_EMAIL = at_most(
    EMAIL_LENGTH, f"This is not an email address: it is longer than {EMAIL_LENGTH} characters."
)

# Characters that web pages add to text: direction marks, optional line breaks, and the like. Not
# joiners, which distinguish words in Persian and Hindi, also in domain names (RFC 5892).
INVISIBLE = re.compile(r"[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
NAME_AND_ADDRESS = re.compile(r'(?:\s*"[^"@\x00-\x1f]*"\s*|[^"<>@\x00-\x1f]*)<([^<>]+)>')
MAILTO = re.compile(r"^mailto:", re.IGNORECASE)


def normalize_email(text: str) -> str:
    """Normalize an email address. Raise `ValueError` if it is invalid.

    It is converted to lowercase: no common provider distinguishes `Ann@` from `ann@`, and people
    type both.
    """
    from email_validator import validate_email  # 50 ms, which no startup has to wait for

    text = text.strip()
    if len(text) > EMAIL_LENGTH:  # the validator takes 5 s for half a megabyte
        raise ValueError(SHORT_EMAIL.message)
    if "=?" in text:
        # An encoded word (RFC 2047). Mail software decodes it, and may find a different address.
        raise ValueError("An email address can't contain an encoded word.")
    email = validate_email(
        text,
        check_deliverability=False,
        test_environment=current_app.config["APP_ENV"] != "production",
    )
    return nfc(email.normalized.lower())


def normalize_pasted_email(text: str) -> str:
    """Return the address in pasted text. Raise `ValueError` if it has none.

    Remove what is often copied with an address: invisible characters, `mailto:`, a name, and the
    punctuation of a sentence.
    """
    text = INVISIBLE.sub("", text).strip().rstrip(".,;")
    if match := NAME_AND_ADDRESS.fullmatch(text):
        text = match[1]
    return normalize_email(MAILTO.sub("", text))


class EmailField(StringField):
    """An email address. `data` is normalized if it is valid, otherwise as typed."""

    data: str

    def __init__(self, label: str = "Email address", **options: Unpack[FieldOptions[str]]):
        super().__init__(label, [ENTER_EMAIL, SHORT_EMAIL], **options)

    def pre_validate(self, form: BaseForm) -> None:
        if not (self.data or "").strip() or len(self.data) > EMAIL_LENGTH:
            return
        try:
            self.data = normalize_pasted_email(self.data)
        except ValueError:
            raise ValidationError("Enter a valid email address.") from None


class PasswordField(SecretField):
    """An existing password, as typed."""

    def __init__(
        self,
        label: str = "Password",
        validators: Validators = (),
        **options: Unpack[FieldOptions[str]],
    ):
        length = passwords.MAX_TYPED_LENGTH
        super().__init__(label, validators, length=length, message=passwords.TOO_LONG, **options)


class NewPasswordField(PasswordField):
    """A new password. It must not contain the form's `email`, or `self.email`."""

    def __init__(self, label: str = "Password", **options: Unpack[FieldOptions[str]]):
        self.email = ""
        super().__init__(label, **options)
        self.flags.minlength = passwords.MIN_LENGTH

    def pre_validate(self, form: BaseForm) -> None:
        email = form["email"].data if "email" in form else self.email
        if problem := passwords.validation_error(self.data or "", email or ""):
            raise ValidationError(problem)


class NetworksField(TextField):
    """IP addresses and networks in CIDR notation, separated by commas or spaces; "" for any."""

    def __init__(self, label: str, validators: Validators = (), **options: Any):
        super().__init__(label, validators, length=NETWORKS_LENGTH, **options)

    def pre_validate(self, form: BaseForm) -> None:
        for part in (self.data or "").replace(",", " ").split():
            try:
                ip_network(part)
            except ValueError:
                raise ValidationError(f"“{part}” isn't an IP address or network.") from None
