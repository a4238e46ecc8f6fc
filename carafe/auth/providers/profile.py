"""What a provider reports about a user, and how that can fail."""

from dataclasses import dataclass
from hmac import compare_digest

from werkzeug.datastructures import MultiDict

from carafe.auth.fields import normalize_email
from carafe.auth.models.user_columns import EMAIL_LENGTH, NAME_LENGTH
from carafe.auth.providers import Provider
from carafe.unicode import nfc
from carafe.web.fields import collapse_line_breaks

SUBJECT_LENGTH = 255  # OpenID Connect Core, 2


class ProviderError(Exception):
    """Nobody returned from the provider."""


class UnavailableError(ProviderError):
    """The provider doesn't respond, or responds with an error."""


class InvalidResponseError(ProviderError):
    """The response proves nothing."""


class CanceledError(ProviderError):
    """The user, or the provider, refused."""


@dataclass(frozen=True)
class Profile:
    """A user at a provider. `subject` is the provider's ID for them; addresses change hands."""

    provider: str
    subject: str
    # Normalized; None if there is no deliverable address.
    email: str | None
    # Whether the provider has verified the address.
    email_verified: bool
    name: str
    label: str

    @classmethod
    def read(
        cls,
        provider: Provider,
        subject: object,
        *,
        email: object,
        verified: object,
        name: object,
        username: object,
    ) -> "Profile":
        """Return the valid parts of what a provider reports."""
        if not isinstance(subject, str) or not subject.isprintable():
            raise InvalidResponseError("missing or invalid subject")
        if not 0 < len(subject) <= SUBJECT_LENGTH:
            raise InvalidResponseError("missing or invalid subject")
        address = _address(email)
        return cls(
            provider=provider.name,
            subject=subject,
            email=address,
            # some providers (Amazon, Apple) send "true" as text
            email_verified=address is not None and (verified is True or verified == "true"),
            name=_text(name)[:NAME_LENGTH],
            label=(_text(username) or address or _text(name) or subject)[:EMAIL_LENGTH],
        )


def authorization_code(
    answer: MultiDict[str, str], issuer: str, *, wants_issuer: bool = False
) -> str:
    """Return the authorization code in the parameters of the redirect from the provider."""
    # RFC 9207: don't send a code of another provider, mixed up on the way, to this one
    answer_issuer = answer.get("iss")
    if (answer_issuer is None and wants_issuer) or (
        answer_issuer is not None and answer_issuer != issuer
    ):
        raise InvalidResponseError("issuer mismatch in response")
    if error := answer.get("error"):
        raise CanceledError(error[:100])
    if not (code := answer.get("code")):
        raise InvalidResponseError("no code")
    return code


def constant_time_equal(left: object, right: str) -> bool:
    return isinstance(left, str) and compare_digest(left.encode(), right.encode())


def _address(email: object) -> str | None:
    try:
        address = normalize_email(email) if isinstance(email, str) else ""
    except ValueError:
        return None
    return address if 0 < len(address) <= EMAIL_LENGTH else None


def _text(value: object) -> str:
    text = collapse_line_breaks(value) if isinstance(value, str) else ""
    return nfc("".join(character for character in text if character.isprintable()))
