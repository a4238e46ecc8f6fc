"""The door: who the request is from, and that closed views stay closed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from flask import Flask, Response, abort, current_app, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, LoginManager, current_user
from sqlalchemy import Boolean, ScalarSelect, bindparam, func, or_, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased
from werkzeug.exceptions import Unauthorized

from app.auth import (
    deletion,
    device_cookie,
    impersonation,
    interrupted_forms,
    quotas,
    reauthentication,
    second_factors,
)
from app.auth.impersonation import Impersonator
from app.auth.models import Impersonation, KnownDevice, Session, User
from app.auth.models.secret import digest
from app.auth.models.session import LAST_SEEN_PRECISION, LONGEST_SESSION, PROOF_LIFETIME
from app.auth.models.user import has_second_factor
from app.auth.permissions import ADMIN, NO_ROLE, add_permission, permissions
from app.auth.providers import journey
from app.core.database import READING_METHODS, db, may_write, reading, take_turns, writing
from app.core.errors import wants_json
from app.core.htmx import lead_to
from app.core.refusals import refuse
from app.core.routing import Policy, View, current_policy, declare
from app.core.time import now, show_in_zone
from app.core.urls import wanted
from app.observability import logs, requests, server_timing
from app.security import csrf
from app.security.csrf import has_form
from app.security.requests import ask_before_more

log = logging.getLogger(__name__)

login_manager = LoginManager()
login_manager.anonymous_user = lambda: Visitor()  # defined below
# It would tie sessions to addresses, which change whenever a phone leaves the house.
login_manager.session_protection = None

# Whose session it is, where they act as somebody else: as `User`.
Owner = aliased(User)
# User and session in one query, and as columns: an entity costs 140 µs more on every request.
LOOKUP = (
    select(
        User.id,
        User.email,
        User.name,
        User.effective_role.label("role"),
        User.confirmed_at,
        User.time_zone,
        User.avatar,
        User.second_factor_required_at,
        Session.id.label("session_id"),
        Session.last_seen_at,
        Session.authenticated_at,
        Session.remembered,
        Impersonation.session_id.label("impersonation_id"),
        Impersonation.user_id.label("impersonated_id"),
        Impersonation.may_write.label("impersonator_may_write"),
        Impersonation.ends_at.label("impersonation_ends_at"),
        Owner.id.label("impersonator_id"),
        Owner.email.label("impersonator_email"),
        Owner.effective_role.label("impersonator_role"),
        or_(User.suspended_at.is_not(None), Owner.suspended_at.is_not(None)).label("is_suspended"),
    )
    .select_from(Session)
    .outerjoin(
        Impersonation,
        (Impersonation.session_id == Session.id) & bindparam("acting", type_=Boolean),
    )
    .outerjoin(Owner, (Owner.id == Session.user_id) & Impersonation.session_id.is_not(None))
    .join(User, User.id == func.coalesce(Impersonation.user_id, Session.user_id))
    .where(
        Session.token_hash == bindparam("token_hash"),
        Session.expires_at > bindparam("now"),
        Session.created_at > bindparam("oldest"),
        or_(User.suspended_at.is_(None), Impersonation.session_id.is_not(None)),
    )
)
# What a cookie keeps through a login.
INTERRUPTED_BY_LOGIN = (interrupted_forms.LOGIN_MARKS, journey.KEY)

FORM_WAITS = "You were logged out. Log in to submit your form."
FORM_IS_LOST = "You were logged out, and we couldn't save your form. Log in and submit it again."

CONFIRM_FIRST = "Confirm your email address first."


class ReadOnly:
    """Somebody as they were when the request began: what is set here would be saved nowhere."""

    __slots__ = ()

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"current_user.{name} cannot be set: it is a copy, which is not saved. Answer to a "
            f"POST, set it on the row, current_user.user.{name}, and commit."
        )


class Visitor(ReadOnly, AnonymousUserMixin):
    """Nobody is signed in."""


class Columns(NamedTuple):
    """What is read of the user and the session with each request."""

    id: int
    email: str
    name: str
    # Whose permissions they have: see `User.effective_role`.
    role: str
    confirmed_at: datetime | None
    time_zone: str
    avatar: str | None
    second_factor_required_at: datetime | None
    session_id: int
    last_seen_at: datetime
    authenticated_at: datetime
    remembered: bool
    # The administrator who acts as this user, where one does; and why one does so no longer.
    impersonator: Impersonator | None
    over: str | None
    token: str
    # What later features look up about the user: see `look_up`.
    more: dict[str, Any]


class Identity(ReadOnly, Columns):
    """Who is signed in: what `current_user` is. `current_user.user` is the whole entity."""

    __slots__ = ()

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def get_id(self) -> str:
        """What the cookie holds: the session's token, which says nothing about the user."""
        return self.token

    @property
    def is_proven(self) -> bool:
        """Whether the user proved lately, in this session, who they are."""
        return self.impersonator is None and now() - self.authenticated_at < PROOF_LIFETIME

    def can(self, permission: str) -> bool:
        return permission in permissions(self.role)

    @property
    def display_name(self) -> str:
        return self.name or self.email

    @property
    def banner(self) -> str | None:
        """The template of what stands above every page of theirs."""
        return "auth/_impersonation.html" if self.impersonator else None

    @property
    def user(self) -> User:
        """The user's row, locked in this request's transaction; gone meanwhile is signed out."""
        user = db.session.get(User, self.id, with_for_update=True)
        if user is None:
            raise Unauthorized
        return user


@login_manager.user_loader
def load(token: str) -> Identity | None:
    if "identity_failed" in g:
        return None  # an error page about a database that is away is drawn as for a visitor
    g.identity_failed = True
    with reading():
        # Past the ORM, which makes no entity of columns anyway: half of the time.
        row, impersonator, over = _read(token, acting=True), None, None
        if row and row.impersonation_id is not None:
            if over := impersonation.why_over(row):
                row = _read(token, acting=False)
            else:
                impersonator = Impersonator.of(row)
    del g.identity_failed
    if row is None:
        return None
    logs.identify(row.id, impersonator.id if impersonator else None)
    _, names = current_app.extensions["identity"]
    return Identity(
        id=row.id,
        email=row.email,
        name=row.name,
        role=row.role,
        confirmed_at=row.confirmed_at,
        time_zone=row.time_zone,
        avatar=row.avatar,
        second_factor_required_at=row.second_factor_required_at,
        session_id=row.session_id,
        last_seen_at=row.last_seen_at,
        authenticated_at=row.authenticated_at,
        remembered=row.remembered,
        impersonator=impersonator,
        over=over,
        token=token,
        more={name: getattr(row, f"more_{name}") for name in names},
    )


def _read(token: str, *, acting: bool) -> Any:
    """The row of `LOOKUP`; without `acting` that of whose session it is."""
    moment = now()
    values = {"token_hash": digest(token), "now": moment, "oldest": moment - LONGEST_SESSION}
    lookup, _ = current_app.extensions["identity"]
    return db.session.connection().execute(lookup, values | {"acting": acting}).first()


def look_up(app: Flask, name: str, column: ScalarSelect[Any]) -> None:
    """Read a column with each request's user, as `current_user.more[name]`.

    For what every page shows. `column` is correlated to `User`, and must be found by an index.
    """
    lookup, names = app.extensions["identity"]
    app.extensions["identity"] = lookup.add_columns(column.label(f"more_{name}")), [*names, name]


def is_signed_in() -> bool:
    return bool(current_user.is_authenticated)


def is_visitor() -> bool:
    return not current_user.is_authenticated


def can(permission: str) -> bool:
    """Whether the one signed in, if any, has a permission. Templates have it, too."""
    user = current_user._get_current_object()  # once: menus ask for dozens of permissions
    return bool(user.is_authenticated and user.can(permission))


def sign_in(user: User, *, remembered: bool) -> None:
    """Open a session for the user in this transaction, and give this browser its token."""
    begin_login()
    address, agent = request.remote_addr or "", request.user_agent.string
    KnownDevice.greet(user, agent, address)
    token = Session.start(user, remembered=remembered, address=address, agent=agent)
    device_cookie.give(user)
    User.note_day(user.id)
    if deletion.cancel(user):
        flash("Welcome back. Your account stays: it is not deleted any more.", "success")
    session.permanent = remembered
    hold(token)
    logs.identify(user.id)


def begin_login() -> None:
    """End what this browser had before, whoever put its cookie there.

    What was interrupted by the login stays: it is bound to a user, or to another site's answer.
    """
    interrupted = {name: session[name] for name in INTERRUPTED_BY_LOGIN if name in session}
    sign_out()
    session.update(interrupted)


def hold(token: str, *, afresh: bool = False) -> None:
    """Give this browser the token of a session.

    `afresh`, it keeps nothing else: forms that it shows, and what was begun with other sites, are
    somebody else's now.
    """
    if afresh:
        permanent = session.permanent
        session.clear()
        session.permanent = permanent
    session["_user_id"] = token  # where Flask-Login looks


def end_other_sessions(user: User) -> None:
    """End all sessions of the one logged in but this, of which copied cookies open nothing then."""
    user.end_sessions(keep=current_user.session_id)
    renew_session()


def renew_session() -> None:
    """Give this browser's session a new token: copies of its cookie open nothing any more."""
    if row := db.session.get(Session, current_user.session_id):
        hold(row.renew())


def sign_out() -> None:
    """End this browser's session, on the server and in its cookie."""
    if is_signed_in() and (row := db.session.get(Session, current_user.session_id)):
        row.end()
    session.clear()


def ask_to_log_in() -> ResponseReturnValue:
    """Lead a visitor at a closed view to the log-in page, and then to what they came for."""
    if wants_json():
        abort(401)
    form_page = None
    if user_id := request.method not in READING_METHODS and csrf.page_user():
        form_page = interrupted_forms.keep_for_login(user_id)
        flash(FORM_WAITS if form_page else FORM_IS_LOST, "info")
    return lead_to(url_for("auth.login", next=form_page or wanted()), 401)


def ask_to_enrol() -> ResponseReturnValue | None:
    """What somebody gets everywhere who lacks a second factor that is required of them."""
    if current_user.impersonator or not second_factors.are_required(current_user):
        return None
    with reading():
        if has_second_factor(current_user.id):
            return None
    if wants_json():
        message = "Your account needs a second factor. Set one up first."
        refuse(403, "access.denied", "no_second_factor", message)
    return lead_to(current_app.config["SECOND_FACTORS_URL"], 403)


def _may_send_more(rules: Policy) -> bool:
    if rules.public:
        return True
    if not is_signed_in() or (rules.permission and not can(rules.permission)):
        return False
    quotas.begin_upload()
    return True


def check() -> ResponseReturnValue | None:
    """Before each request: hold the policy of its view."""
    rules = current_policy()
    if rules.public:
        return _check_open_view(rules)
    if not is_signed_in():
        return ask_to_log_in()
    if answer := _check_impersonation(rules):
        return answer
    if not rules.enrolling and (answer := ask_to_enrol()):
        return answer
    needed = {rules.permission, rules.read_permission} - {None}
    if needed and not _still_can(needed):
        message = None if current_user.confirmed_at else CONFIRM_FIRST
        refuse(403, "access.denied", f"permission:{','.join(sorted(map(str, needed)))}", message)
    if rules.confirmed and current_user.confirmed_at is None:
        if wants_json():
            refuse(403, "access.denied", "unconfirmed", CONFIRM_FIRST)
        return lead_to(url_for("auth.confirm"), 403)
    if rules.proven and not current_user.is_proven:
        return reauthentication.ask()
    return None


def settle_interrupted_form() -> None:
    """Before each request that `check` lets through: use up the form that continues with it."""
    rules = current_policy()
    if rules.public or not may_write():
        return
    if interrupted_forms.FIELD in request.form:
        interrupted_forms.carry_out(request.form[interrupted_forms.FIELD])
    elif rules.proven:
        interrupted_forms.drop()


def _check_open_view(rules: Policy) -> ResponseReturnValue | None:
    """An open view may do something for whoever is signed in: the way back from another site."""
    if request.method in READING_METHODS and request.blueprint != "auth":
        return None
    try:
        answer = _check_impersonation(rules)
    except SQLAlchemyError:  # nor can the view look anybody up; it may be what mends the database
        db.session.rollback()
        return None
    if not may_write():
        db.session.close()  # the other site is asked now, and may be slow
    return answer


def _check_impersonation(rules: Policy) -> ResponseReturnValue | None:
    if not is_signed_in():
        return None
    if current_user.over and request.endpoint != "auth.logout":
        return _come_back(current_user.over)
    if impersonation.check(rules):
        _change_as_somebody()
    return None


def _come_back(why: str) -> ResponseReturnValue:
    """What whoever may act as somebody no longer gets: they asked for it as somebody else."""
    with writing():
        token, back = impersonation.end(why)
        db.session.commit()
    hold(token, afresh=True)
    flash("You are back in your own account. What you did last was not carried out.", "info")
    return redirect(back or current_app.config["HOME_URL"], 303)


def _change_as_somebody() -> None:
    db.session.connection()  # begins the transaction that writes; in it, once more:
    again = load(current_user.token)
    acting = again.impersonator if again and again.id == current_user.id else None
    if acting is None or not acting.may_write:
        abort(409, "You do not act as somebody else any more. Nothing was changed.")
    impersonation.note_change()


def _still_can(needed: set[str | None]) -> bool:
    if not needed <= permissions(current_user.role):
        return False
    if not may_write():
        return True
    # Once more, in the transaction that writes, and one after the other: of two administrators who
    # demote or suspend each other at the same moment one comes too late.
    take_turns(ADMIN)
    role = select(User.effective_role).where(
        User.id == current_user.id, User.suspended_at.is_(None)
    )
    return needed <= permissions(db.session.scalar(role) or NO_ROLE)


def login_required(view: View) -> View:
    """Declare a view as for everyone who is signed in."""
    return declare(view)


def permission_required(
    permission: str, read_permission: str | None = None
) -> Callable[[View], View]:
    """Declare a view as for those whose role has a permission: 403 for everyone else.

    A view that changes something also needs the permission to see it: its answers show rows, or
    tell whether there are some.
    """
    return partial(declare, permission=permission, read_permission=read_permission)


def confirmed_required(view: View) -> View:
    """Declare a view as for confirmed addresses: others are led to confirm theirs."""
    return declare(view, confirmed=True)


def open_while_enrolling(view: View) -> View:
    """Declare a view as one for setting up a second factor, or needed on the way to it."""
    return declare(view, enrolling=True)


def in_person(view: View) -> View:
    """Declare a view as for the user alone, not for an administrator who acts as them.

    Views that are open to visitors and those that ask for a proof are, without saying so.
    """
    return declare(view, in_person=True)


def proof_required(view: View) -> View:
    """Declare a view as for those who proved lately who they are: others are asked to.

    A form that was sent waits, and continues after the proof.
    """
    return declare(view, proven=True)


def touch(response: Response) -> Response:
    """Note that the session was seen, at most once a minute and not in the visitor's time."""
    if current_policy().polled:
        return response
    identity = g.get("_login_user")  # not current_user, which would look up who did not matter
    if isinstance(identity, Identity) and now() - identity.last_seen_at >= LAST_SEEN_PRECISION:
        session.modified = True  # the cookie lasts as long as the row, signed by today's key
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        # Once the answer is sent: somebody may hold the write lock, and reading never waits.
        response.call_on_close(partial(_touch, app, identity))
    return response


def _touch(app: Flask, identity: Identity) -> None:
    with app.app_context():
        try:
            Session.touch(identity.session_id, identity.remembered)
            if identity.last_seen_at.date() != now().date():
                User.note_day((identity.impersonator or identity).id)
            db.session.commit()
        except SQLAlchemyError as error:
            log.warning("last seen was not noted: %s", error)


def keep_private(response: Response) -> Response:
    """No cache, shared or the browser's own, keeps what is somebody's or carries a token."""
    personal = isinstance(g.get("_login_user"), Identity) or has_form() or session.modified
    if personal or request.method not in READING_METHODS:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _sees_timing() -> bool:
    identity = g.get("_login_user")  # as in touch()
    return isinstance(identity, Identity) and identity.can("timing.read")


def _time_zone() -> str:
    return current_user.time_zone if is_signed_in() else ""


def init_app(app: Flask) -> None:
    login_manager.init_app(app)
    app.extensions["identity"] = LOOKUP, []
    show_in_zone(app, _time_zone)
    app.jinja_env.globals["can"] = can
    # Looking at the user is what loads it.
    requests.on_refusal(app, is_signed_in)
    ask_before_more(app, _may_send_more)
    add_permission(app, "timing.read")
    server_timing.show_to(app, _sees_timing)
    app.before_request(check)
    app.before_request(settle_interrupted_form)
    app.after_request(touch)
    app.after_request(keep_private)
