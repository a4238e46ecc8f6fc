"""Pages for somebody who is back from a provider, by what came of it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.auth.views import go_on, redirect_target
from carafe.auth.accounts import Arrival, NextStep, ProviderReturn
from carafe.auth.providers import Provider
from carafe.auth.providers.journey import LOG_IN, REAUTHENTICATE, AuthorizationRequest

# By outcome: the message, with `label` for the provider, and its category.
MESSAGES = {
    Arrival.OTHER_USER: ("You are logged in as {user}. Log out first to switch.", "info"),
    Arrival.SUSPENDED: ("This account is suspended.", "danger"),
    Arrival.MAIL_SENT: ("We have sent a mail to {email}. It says how to go on.", "success"),
    Arrival.CONNECTED: (
        "Your {label} account is connected. You can log in with it.",
        "success",
    ),
    Arrival.CONNECTED_BEFORE: ("This {label} account is connected already.", "info"),
    Arrival.CONNECTED_ELSEWHERE: (
        "This {label} account is connected with another account here.",
        "danger",
    ),
    Arrival.ANOTHER_CONNECTED: (
        "You have connected another {label} account. Disconnect it first.",
        "danger",
    ),
    Arrival.OTHER_ACCOUNT: ("That was another {label} account than yours.", "danger"),
}


def respond(
    provider: Provider, journey: AuthorizationRequest, arrival: ProviderReturn
) -> ResponseReturnValue:
    result, profile = arrival.result, arrival.profile
    if isinstance(result, NextStep):
        return go_on(result, journey.next)
    if result is Arrival.SESSION_ENDED:
        back = url_for("auth.login")
        return render_template("auth/provider_failed.html", provider=provider, back=back), 400
    if result in (Arrival.NO_ADDRESS, Arrival.ADDRESS_TAKEN):
        page = render_template("auth/provider_address.html", provider=provider, profile=profile)
        return page, 422 if result is Arrival.NO_ADDRESS else 409
    message, category = MESSAGES[result]
    user = getattr(current_user, "email", "")
    flash(message.format(label=provider.label, email=profile.email, user=user), category)
    return redirect(_next_page(result, journey), 303)


def _next_page(result: Arrival, journey: AuthorizationRequest) -> str:
    if result is Arrival.OTHER_USER:
        return redirect_target()
    if result is Arrival.SUSPENDED:
        return url_for("auth.login")
    if result is Arrival.MAIL_SENT:
        return url_for("auth.confirm")
    return failure_url(journey)


def failure_url(journey: AuthorizationRequest | None) -> str:
    """Where somebody came from who went to a provider."""
    if journey is None or journey.purpose == LOG_IN:
        return url_for("auth.login", next=journey and journey.next)
    if journey.purpose == REAUTHENTICATE:
        return url_for("auth.reauthenticate", next=journey.next)
    return redirect_target(journey.next)
