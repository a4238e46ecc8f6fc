"""Quotas: how much one user can have, and use at a time. See "Limits" in docs/security.md.

    quotas.limit_rows(Note.user_id, current_user.id)  # before a row is added
    quotas.EXPORTS.spend()                            # counts one of a number per hour

    @quotas.one_at_a_time("export")                   # on a view, or `with` it around some work
    @quotas.limit_exports                             # on a view: that, and one of `EXPORTS`
    @quotas.limit_searches                            # on a view with `q`: one search at a time

Each raises an `HTTPException` with a message for the user, to show in a form or as the response.
Once a day for each user and quota, the audit trail and the log record that it was reached.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, wraps
from typing import TypeVar

from flask import Flask, Response, current_app, g, make_response, request
from flask_login import current_user
from sqlalchemy import bindparam, select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.exceptions import TooManyRequests, UnprocessableEntity

from carafe.auth.quota_reports import DAY, health_rows, report
from carafe.database import advisory_lock, db
from carafe.database.aliases import AnySelect
from carafe.database.timeouts import statement_timeout
from carafe.database.transactions import takes_write_lock
from carafe.observability import health
from carafe.security.body_limits import discard_body
from carafe.security.rate_limits import RateLimit
from carafe.security.slots import Slot, slots
from carafe.web.search_terms import search_term

View = TypeVar("View", bound=Callable[..., object])

# How long a second task waits for the first, so that two clicks are two tasks. A third doesn't
# wait, because it would keep a thread from others.
PATIENCE_SECONDS = 2
RETRY_SECONDS = 10
SEARCH_SECONDS = 2


class TooManyRowsError(UnprocessableEntity):
    """A user has the maximum number of rows of a kind."""


@dataclass(frozen=True)
class Quota:
    """A setting's maximum number per `period` and user; 0 means no limit.

    `noun` and `unit` are for the message: "the limit of 60 uploads an hour".
    """

    setting: str
    noun: str
    unit: str = "an hour"
    period: timedelta = timedelta(hours=1)

    def spend(self, amount: int = 1) -> None:
        """Count that much for the current user; 429 with `Retry-After` beyond the limit."""
        most = current_app.config[self.setting]
        if not most:
            return
        try:
            RateLimit(self.setting, most, self.period).spend(str(current_user.id), weight=amount)
        except TooManyRequests as refusal:
            report(f"{self.noun} {self.unit}", most)
            text = f"You have reached the limit of {most:,} {self.noun} {self.unit}."
            raise TooManyRequests(text, retry_after=refusal.retry_after) from None

    def refund(self, amount: int = 1) -> None:
        """Refund what was not used."""
        if most := current_app.config[self.setting]:
            RateLimit(self.setting, most, self.period).refund(str(current_user.id), weight=amount)


EXPORTS = Quota("EXPORTS_PER_HOUR", "exports")
DATA_EXPORTS = Quota("DATA_EXPORTS_PER_HOUR", "copies of your data")
UPLOADS = Quota("UPLOADS_PER_HOUR", "uploads")
UPLOAD_BYTES = Quota("UPLOAD_BYTES_PER_DAY", "bytes of uploads", "a day", DAY)


def begin_upload() -> None:
    """Count this request as an upload before its body is read; each user can send one at a time.

    For views that accept a larger body: see `max_body_size`. Raise 429.
    """
    try:
        UPLOADS.spend()
        UPLOAD_BYTES.spend(request.content_length or 0)
        g.upload = one_at_a_time("upload").take()
    except TooManyRequests:
        discard_body()
        raise


def _end_upload(error: BaseException | None) -> None:
    if slot := g.pop("upload", None):
        slot.release()


def limit_rows(column: InstrumentedAttribute[int], user_id: int) -> None:
    """Raise `TooManyRowsError` (422) if the user has `ROWS_PER_USER` rows of a table, or more.

    `column` has the user's ID, and an index starts with it. Call it in the transaction that adds a
    row, so that the second of two parallel requests counts the first one's.
    """
    most = current_app.config["ROWS_PER_USER"]
    if not most:
        return
    table = column.class_.__tablename__
    advisory_lock(f"rows of {table} of {user_id}")
    db.session.flush()  # rows that were added before count as well
    values = {"user_id": user_id, "before": most - 1}
    if db.session.connection().scalar(_last_row(column), values) is None:
        return
    rows = table.replace("_", " ") + "s"
    report(rows, most)
    raise TooManyRowsError(
        f"You have {most:,} {rows}, the most an account can have. Delete some first."
    )


@cache
def _last_row(column: InstrumentedAttribute[datetime]) -> AnySelect:
    """Return the row that reaches the limit, if it exists, using only an index."""
    query = select(column).where(column == bindparam("user_id"))
    return query.offset(bindparam("before")).limit(1)


class one_at_a_time:  # noqa: N801  (a decorator)
    """Let each user do something expensive once at a time, across all processes of this machine.

    It decorates a view, until its response is sent or the client disconnects, or is a context
    manager. `task` is what the user does: "export". A second one waits a moment and then gets 429;
    a third gets 429 immediately.
    """

    def __init__(self, task: str):
        self.task = task

    def __call__(self, view: View) -> View:
        @wraps(view)
        def wrapper(*args: object, **kwargs: object) -> Response:
            slot = self.take()
            try:
                response = make_response(view(*args, **kwargs))
            except BaseException:
                slot.release()
                raise
            if response.is_streamed and request.method != "HEAD":
                response.call_on_close(slot.release)
            else:
                slot.release()
            return response

        return wrapper  # type: ignore[return-value]

    def __enter__(self) -> None:
        self._slot = self.take()

    def __exit__(self, *_: object) -> None:
        self._slot.release()

    def take(self) -> Slot:
        """Take the current user's slot, which the caller releases. Raise 429."""
        key = f"{self.task.replace(' ', '-')}-{current_user.id}"
        slot = slots().take(key)
        # Not while others wait for this transaction.
        may_wait = not (takes_write_lock() and db.session().in_transaction())
        if slot is None and may_wait and (waiting := slots().take(f"{key}.waiting")):
            try:
                slot = slots().wait(key, PATIENCE_SECONDS)
            finally:
                waiting.release()
        if slot is None:
            report(f"{self.task} at a time", 1)
            raise TooManyRequests(
                f"Another {self.task} of yours is still running. Try again when it's done.",
                retry_after=RETRY_SECONDS,
            )
        return slot


def limit_exports(view: View) -> View:
    """Decorate a view that sends a file: one at a time per user, and `EXPORTS` an hour. 429."""

    @wraps(view)
    def wrapper(*args: object, **kwargs: object) -> object:
        EXPORTS.spend()
        return view(*args, **kwargs)

    return one_at_a_time("export")(wrapper)  # type: ignore[return-value]


def limit_searches(view: View) -> View:
    """Decorate a view that searches a user's texts for `q`: one at a time, with a time limit.

    Without `q`, nothing is searched. Raise 429, or 503 when the time is up.
    """

    @wraps(view)
    def wrapper(*args: object, **kwargs: object) -> object:
        if not search_term():
            return view(*args, **kwargs)
        with one_at_a_time("search"), statement_timeout(SEARCH_SECONDS):
            return view(*args, **kwargs)

    return wrapper  # type: ignore[return-value]


def init_app(app: Flask) -> None:
    app.teardown_request(_end_upload)
    health.add(app, "Limits", health_rows)
