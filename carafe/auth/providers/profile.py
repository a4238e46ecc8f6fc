"""What a provider says about someone, and how it may fail to."""

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
    """Nobody has come back from the provider."""


class UnavailableError(ProviderError):
    """The provider does not answer, or not as it should."""


class InvalidResponseError(ProviderError):
    """What came back does not prove anything."""


class CanceledError(ProviderError):
    """The person, or the provider, said no."""


@dataclass(frozen=True)
class Profile:
    """Someone at a provider. `subject` is its own id for them; addresses change hands."""

    provider: str
    subject: str
    # Normalized; None if there is no address that we could mail to.
    email: str | None
    # Whether the provider says that the address is theirs.
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
        """Of what a provider says keep what is of the right kind, and fits."""
        if not isinstance(subject, str) or not subject.isprintable():
            raise InvalidResponseError("missing or invalid subject")
        if not 0 < len(subject) <= SUBJECT_LENGTH:
            raise InvalidResponseError("missing or invalid subject")
        address = _address(email)
        return cls(
            provider=provider.name,
            subject=subject,
            email=address,
            # "true" as text: some providers (Amazon's, Apple's) write it so.
            email_verified=address is not None and (verified is True or verified == "true"),
            name=_text(name)[:NAME_LENGTH],
            label=(_text(username) or address or _text(name) or subject)[:EMAIL_LENGTH],
        )


def authorization_code(
    answer: MultiDict[str, str], issuer: str, *, wants_issuer: bool = False
) -> str:
    """The authorization code in what the browser brought back from the provider."""
    # RFC 9207: a code of another provider, mixed up on the way, is not sent to this one.
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
