"""Handle users who return from a provider, depending on why they went there."""

from enum import Enum

from flask import current_app
from flask_login import current_user
from sqlalchemy import select

from carafe.auth import providers
from carafe.auth.accounts import confirmation
from carafe.auth.accounts.authentication import NextStep, admit
from carafe.auth.accounts.confirmation import CONFIRMATION_MAILS
from carafe.auth.accounts.identity_proof import record_proof
from carafe.auth.accounts.mail_requests import may_mail
from carafe.auth.accounts.registration import REGISTRATIONS, tell_owner
from carafe.auth.identity import is_logged_in
from carafe.auth.models import Invitation, LinkedAccount, UserMixin
from carafe.auth.models.linked_account import notify_owner
from carafe.auth.models.user_columns import has_second_factor
from carafe.auth.providers import Provider
from carafe.auth.providers.journey import AuthorizationRequest
from carafe.auth.providers.profile import Profile
from carafe.auth.users import user_model
from carafe.database import db
from carafe.observability import security_events
from carafe.security.rate_limits import client_key
from carafe.time import now


class Arrival(Enum):
    """The result of a return from a provider that isn't a step of a login."""

    OTHER_USER = "another user is logged in in this browser"
    SUSPENDED = "the account is suspended"
    NOT_INVITED = "registration is closed or by invitation"
    NO_ADDRESS = "the provider shared no address"
    ADDRESS_TAKEN = "the address has an account that isn't connected to this provider"
    MAIL_SENT = "an email to the address says how to continue"
    SESSION_ENDED = "the session that started this has ended"
    CONNECTED = "the provider account was connected"
    CONNECTED_BEFORE = "it was already connected"
    CONNECTED_ELSEWHERE = "it is connected to another user"
    ANOTHER_CONNECTED = "the user has connected another account of this provider"
    OTHER_ACCOUNT = "it isn't the connected account, so it proves nothing"


def log_in(profile: Profile) -> NextStep | Arrival:
    """Log in or sign up the person reported by a provider."""
    user = user_model().by_linked_account(profile.provider, profile.subject)
    if is_logged_in():  # logged in from another tab in the meantime
        same_user = user is not None and user.id == current_user.id
        return NextStep.LOGGED_IN if same_user else Arrival.OTHER_USER
    if user is None:
        owner = user_model().by_email(profile.email, lock=True) if profile.email else None
        # Check again: someone with the address may have received it, and this link, just now.
        user = user_model().by_linked_account(profile.provider, profile.subject) if owner else None
        if user is None:
            return _sign_up(profile, owner)
    if user.suspended_at:
        security_events.report("login.failed", "suspended", user.subject)
        return Arrival.SUSPENDED
    return admit(user, remember=False)


def _sign_up(profile: Profile, owner: UserMixin | None) -> NextStep | Arrival:
    """Sign up someone whose account at this provider isn't connected to any user.

    Their address never opens the account of its `owner`, verified or not: providers make mistakes,
    and addresses change hands.
    """
    if current_app.config["REGISTRATION"] != "open":
        return _sign_up_invited(profile, owner)
    if profile.email is None:
        return Arrival.NO_ADDRESS
    if not profile.email_verified:
        return _sign_up_unverified(profile, profile.email, owner)
    if owner is None:
        REGISTRATIONS.spend(client_key())
        user = user_model().register(profile.email, "", name=profile.name, confirmed_at=now())
    elif owner.confirmed_at is None and owner.suspended_at is None:
        user = owner.replace_unconfirmed(name=profile.name)
    else:
        return Arrival.ADDRESS_TAKEN  # only the owner of the address may learn this
    _connect(user, profile)
    return admit(user, remember=False)


def _sign_up_invited(profile: Profile, owner: UserMixin | None) -> NextStep | Arrival:
    """Sign up someone while registration isn't open, which requires an invitation."""
    if not profile.email or not profile.email_verified:
        return Arrival.NOT_INVITED
    if owner and (owner.confirmed_at or owner.suspended_at):
        return Arrival.ADDRESS_TAKEN
    if current_app.config["REGISTRATION"] == "closed":
        return Arrival.NOT_INVITED
    user = Invitation.accept_without_link(profile.email, name=profile.name)
    if user is None:
        return Arrival.NOT_INVITED
    _connect(user, profile)
    return admit(user, remember=False)


def _sign_up_unverified(profile: Profile, email: str, owner: UserMixin | None) -> Arrival:
    """Respond like the registration form, the same for any address, and email the rest."""
    REGISTRATIONS.spend(client_key())
    may_send = may_mail(CONFIRMATION_MAILS, email, due=True)
    if owner:
        tell_owner(owner, may_send=may_send)
    else:
        user = user_model().register(email, "", name=profile.name)
        _connect(user, profile)
        confirmation.send(user, "")
    return Arrival.MAIL_SENT


def connect(provider: Provider, journey: AuthorizationRequest, profile: Profile) -> Arrival:
    """Connect an account at a provider to the current user's."""
    if not _is_still_there(journey):
        return Arrival.SESSION_ENDED
    user = current_user.user
    linked = LinkedAccount.by_subject(profile.provider, profile.subject)
    if linked:
        is_theirs = linked.user_id == user.id
        return Arrival.CONNECTED_BEFORE if is_theirs else Arrival.CONNECTED_ELSEWHERE
    if any(account.provider == provider.name for account in LinkedAccount.for_user(user.id)):
        return Arrival.ANOTHER_CONNECTED
    _connect(user, profile)
    notify_owner(user, "account_connected", provider.label)
    return Arrival.CONNECTED


def prove(
    provider: Provider, journey: AuthorizationRequest, profile: Profile
) -> NextStep | Arrival:
    """Record that the current user proved their identity at a provider."""
    if not _is_still_there(journey) or provider not in proof_providers():
        return Arrival.SESSION_ENDED
    linked = LinkedAccount.by_subject(profile.provider, profile.subject)
    if linked is None or linked.user_id != current_user.id:
        security_events.report("proof.failed", "other_account")
        return Arrival.OTHER_ACCOUNT
    return record_proof("provider", journey.next)


def proof_providers() -> list[Provider]:
    """Return the providers for a proof of identity, if the current user has nothing better."""
    if not providers.configured():
        return []
    model = user_model()
    query = select(model.password_hash).where(model.id == current_user.id)
    password_hash = db.session.scalar(query)
    if password_hash or has_second_factor(current_user.id):
        return []
    linked = {account.provider for account in LinkedAccount.for_user(current_user.id)}
    return [provider for provider in providers.configured() if provider.name in linked]


def _connect(user: UserMixin, profile: Profile) -> None:
    LinkedAccount.connect(user, profile.provider, profile.subject, profile.label)


def _is_still_there(journey: AuthorizationRequest) -> bool:
    """Return whether this is still the session that started the journey."""
    return is_logged_in() and current_user.session_id == journey.session_id
