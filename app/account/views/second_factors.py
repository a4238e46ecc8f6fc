"""One's second factors: an authenticator app, passkeys and recovery codes.

Setting one up needs a confirmed address, for the reason that passkeys have.
"""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from markupsafe import Markup

from app.account.views import blueprint
from app.account.views.recovery_codes import show_codes
from app.auth import relying_party, totp, totp_setup
from app.auth import second_factors as factors
from app.auth.forms import CodeForm
from app.auth.marks import (
    allow_without_two_factor,
    confirmed_required,
    fresh_login_required,
    login_required,
    no_impersonation,
)
from app.auth.models import Totp
from app.auth.sessions import end_other_sessions
from app.core.database import db
from app.core.routing import effect

WRONG = "This is not what your app should show now. Take its newest code for this entry."


@blueprint.get("/second-factors")
@login_required
@allow_without_two_factor
@no_impersonation
def second_factors() -> Any:
    return render_template(
        "account/second_factors.html",
        own=factors.of(current_user.id),
        passkeys_url=url_for("account.passkeys") if relying_party.INSTALLED else None,
        required=factors.are_required(current_user),
    )


@blueprint.post("/second-factors/totp")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be set up")
@allow_without_two_factor
def begin_totp() -> Any:
    totp_setup.begin(current_user.id)
    db.session.commit()
    return redirect(url_for("account.new_totp"), 303)


@blueprint.get("/second-factors/totp/new")
@confirmed_required
@fresh_login_required
@allow_without_two_factor
def new_totp() -> Any:
    secret = totp_setup.pending(current_user.id)
    return _page(secret, CodeForm(formdata=None)) if secret else _to_the_start()


@blueprint.post("/second-factors/totp/new")
@confirmed_required
@fresh_login_required
@effect("an authenticator app will be added")
@allow_without_two_factor
def add_totp() -> Any:
    user, form = current_user.user, CodeForm()
    secret = totp_setup.pending(user.id)
    if secret is None:
        return _to_the_start()
    if not form.validate():
        return _page(secret, form), 422
    step = totp.match(secret, totp.typed(form.code.data))
    if step is None or not totp.is_in_time(step):
        form.code.errors = [totp.explain(step) if step else WRONG]
        return _page(secret, form), 422
    Totp.set_up(user, secret, step)
    end_other_sessions(user)
    codes = factors.codes_for_first(user)
    totp_setup.end()
    db.session.commit()
    done = "Your authenticator app is set up, and your other devices are logged out."
    if codes:
        return show_codes(codes, done)
    flash(done, "success")
    return redirect(url_for("account.second_factors"), 303)


@blueprint.post("/second-factors/totp/delete")
@fresh_login_required
@effect("your authenticator app will be removed")
def remove_totp() -> Any:
    user = current_user.user
    app = Totp.of(user.id) or abort(404)
    if factors.is_last(user):
        abort(409, factors.LAST)
    app.remove(user)
    end_other_sessions(user)
    factors.forget_codes_of_none(user)
    db.session.commit()
    flash(
        "Your authenticator app is removed, and your other devices are logged out. Delete the "
        "entry in the app as well.",
        "success",
    )
    return redirect(url_for("account.second_factors"), 303)


def _to_the_start() -> Any:
    flash("No set-up is under way, or it took too long. Begin here.", "info")
    return redirect(url_for("account.second_factors"), 303)


def _page(secret: str, form: CodeForm) -> str:
    import segno

    uri = totp.uri(secret, current_user.email)
    # Black on white in dark mode, too: many cameras do not read the reverse.
    svg = segno.make(uri, error="m").svg_inline(light="#fff", dark="#000", omitsize=True)
    groups = [secret[at : at + 4] for at in range(0, len(secret), 4)]
    return render_template(
        "account/new_totp.html",
        form=form,
        uri=uri,
        groups=groups,
        qr=Markup(svg),  # noqa: S704  # nosec B704
    )
