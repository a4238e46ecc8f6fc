"""Responses to someone who returns from a provider, by the outcome."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from carafe.auth import accounts, current_user, providers, redirect_target, redirect_to_step

# The message and its category, by the outcome. `{label}` is the provider's name.
MESSAGES = {
    accounts.Arrival.OTHER_USER: ("You're logged in as {user}. Log out first to switch.", "info"),
    accounts.Arrival.SUSPENDED: ("This account is suspended. Contact support.", "danger"),
    accounts.Arrival.MAIL_SENT: (
        "Check your inbox: we sent a link to {email}.",
        "success",
    ),
    accounts.Arrival.CONNECTED: (
        "{label} connected. You can now log in with it.",
        "success",
    ),
    accounts.Arrival.CONNECTED_BEFORE: ("This {label} account is already connected.", "info"),
    accounts.Arrival.CONNECTED_ELSEWHERE: (
        "This {label} account is connected to a different account here.",
        "danger",
    ),
    accounts.Arrival.ANOTHER_CONNECTED: (
        "You've already connected a {label} account. Disconnect it first.",
        "danger",
    ),
    accounts.Arrival.OTHER_ACCOUNT: (
        "That's a different {label} account. Use the one connected here.",
        "danger",
    ),
}


def respond(
    provider: providers.Provider,
    journey: accounts.AuthorizationRequest,
    arrival: accounts.ProviderReturn,
) -> ResponseReturnValue:
    result, profile = arrival.result, arrival.profile
    if isinstance(result, accounts.NextStep):
        return redirect_to_step(result, journey.next)
    if result is accounts.Arrival.SESSION_ENDED:
        back = url_for("auth.login")
        return render_template("auth/provider_failed.html", provider=provider, back=back), 400
    if result in (accounts.Arrival.NO_ADDRESS, accounts.Arrival.ADDRESS_TAKEN):
        page = render_template("auth/provider_address.html", provider=provider, profile=profile)
        return page, 422 if result is accounts.Arrival.NO_ADDRESS else 409
    if result is accounts.Arrival.NOT_INVITED:
        return render_template("auth/not_invited.html", provider=provider), 403
    message, category = MESSAGES[result]
    user = getattr(current_user, "email", "")
    flash(message.format(label=provider.label, email=profile.email, user=user), category)
    return redirect(_next_page(result, journey), 303)


def _next_page(result: accounts.Arrival, journey: accounts.AuthorizationRequest) -> str:
    if result is accounts.Arrival.OTHER_USER:
        return redirect_target()
    if result is accounts.Arrival.SUSPENDED:
        return url_for("auth.login")
    if result is accounts.Arrival.MAIL_SENT:
        return url_for("auth.confirm")
    return failure_url(journey)


def failure_url(journey: accounts.AuthorizationRequest | None) -> str:
    """Return the URL of the page from which someone went to a provider."""
    if journey is None or journey.purpose == accounts.LOG_IN:
        return url_for("auth.login", next=journey and journey.next)
    if journey.purpose == accounts.REAUTHENTICATE:
        return url_for("auth.reauthenticate", next=journey.next)
    return redirect_target(journey.next)
