"""What comes of somebody who is back from a provider, by what they went for."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy import select

from app.auth import confirmation, providers
from app.auth.identity import is_logged_in
from app.auth.models import LinkedAccount
from app.auth.models.linked_account import tell
from app.auth.models.user import User
from app.auth.models.user_columns import has_second_factor
from app.auth.providers import Provider
from app.auth.providers.journey import CONNECT, LOG_IN, PROVE, Journey
from app.auth.providers.profile import Profile
from app.auth.views import after_login, may_mail
from app.auth.views.confirm import CONFIRMATION_MAILS
from app.auth.views.log_in import admit
from app.auth.views.reauthenticate import proved
from app.auth.views.register import REGISTRATIONS, tell_owner
from app.core.database import db
from app.core.time import now
from app.observability import security_events
from app.security.limits import client


def log_in(provider: Provider, journey: Journey, profile: Profile) -> Any:
    user = User.by_linked_account(profile.provider, profile.subject)
    if is_logged_in():  # in another tab, meanwhile
        if user and user.id == current_user.id:
            return redirect(after_login(journey.next), 303)
        flash(f"You are logged in as {current_user.email}. Log out first to switch.", "info")
        return redirect(after_login(), 303)
    if user is None:
        known = User.by_email(profile.email, lock=True) if profile.email else None
        # Once more: whoever has the address may have got it, and this link, a moment ago.
        user = User.by_linked_account(profile.provider, profile.subject) if known else None
        if user is None:
            return _sign_up(provider, journey, profile, known)
    if user.suspended_at:
        security_events.report("login.failed", "suspended", user.subject)
        flash("This account is suspended.", "danger")
        return redirect(url_for("auth.login"), 303)
    return admit(user, remembered=False, next=journey.next)


def _sign_up(provider: Provider, journey: Journey, profile: Profile, known: User | None) -> Any:
    """Somebody whom nobody here knows by this provider.

    Their address never opens the account of a user `known` by it, verified or not: providers are
    wrong, too, and addresses are given to others.
    """
    page = partial(
        render_template, "auth/provider_address.html", provider=provider, profile=profile
    )
    if profile.email is None:
        return page(), 422
    if not profile.email_verified:
        return _sign_up_unverified(profile, profile.email, known)
    if known is None:
        REGISTRATIONS.spend(client())
        user = User.register(profile.email, "", name=profile.name, confirmed_at=now())
    elif known.confirmed_at is None and known.suspended_at is None:
        user = known.replace_unconfirmed(name=profile.name)
    else:
        return page(), 409  # so there is an account: but that is told to nobody but its owner
    _connect(user, profile)
    return admit(user, remembered=False, next=journey.next)


def _sign_up_unverified(profile: Profile, email: str, known: User | None) -> Any:
    """As with the form: the same answer for a known address and a new one, and the rest by mail."""
    REGISTRATIONS.spend(client())
    may_send = may_mail(CONFIRMATION_MAILS, email, wanted=True)
    if known:
        tell_owner(known, may_send=may_send)
    else:
        user = User.register(email, "", name=profile.name)
        _connect(user, profile)
        confirmation.send(user, "")
    flash(f"We have sent a mail to {email}. It says how to go on.", "success")
    return redirect(url_for("auth.confirm"), 303)


def connect(provider: Provider, journey: Journey, profile: Profile) -> Any:
    if not _is_still_there(journey):
        return _nobody(provider)
    user = current_user.user
    linked = LinkedAccount.known(profile.provider, profile.subject)
    if linked and linked.user_id == user.id:
        flash(f"This {provider.label} account is connected already.", "info")
    elif linked:
        flash(f"This {provider.label} account is connected with another account here.", "danger")
    elif any(each.provider == provider.name for each in LinkedAccount.of(user.id)):
        flash(
            f"You have connected another {provider.label} account. Disconnect it first.", "danger"
        )
    else:
        _connect(user, profile)
        tell(user, "account_connected", provider.label)
        flash(f"Your {provider.label} account is connected. You can log in with it.", "success")
    return redirect(after_login(journey.next), 303)


def prove(provider: Provider, journey: Journey, profile: Profile) -> Any:
    if not _is_still_there(journey) or provider not in proving():
        return _nobody(provider)
    linked = LinkedAccount.known(profile.provider, profile.subject)
    if linked is None or linked.user_id != current_user.id:
        security_events.report("proof.failed", "other_account")
        flash(f"That was another {provider.label} account than yours.", "danger")
        return redirect(way_back(journey), 303)
    return proved("provider", journey.next)


VIEWS = {LOG_IN: log_in, CONNECT: connect, PROVE: prove}


def way_back(journey: Journey | None) -> str:
    """Where somebody came from who did not arrive."""
    if journey is None or journey.purpose == LOG_IN:
        return url_for("auth.login", next=journey and journey.next)
    if journey.purpose == PROVE:
        return url_for("auth.reauthenticate", next=journey.next)
    return after_login(journey.next)


def proving() -> list[Provider]:
    """With which providers the user may prove who they are: where nothing better is there."""
    if not providers.configured():
        return []
    password_hash = db.session.scalar(select(User.password_hash).where(User.id == current_user.id))
    if password_hash or has_second_factor(current_user.id):
        return []
    linked = {each.provider for each in LinkedAccount.of(current_user.id)}
    return [provider for provider in providers.configured() if provider.name in linked]


def _nobody(provider: Provider) -> Any:
    back = url_for("auth.login")
    return render_template("auth/provider_failed.html", provider=provider, back=back), 400


def _connect(user: User, profile: Profile) -> None:
    LinkedAccount.connect(user, profile.provider, profile.subject, profile.label)


def _is_still_there(journey: Journey) -> bool:
    """Whether this is the session that left, not another's since."""
    return is_logged_in() and current_user.session_id == journey.session_id
