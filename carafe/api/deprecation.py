"""Operations that will be removed: headers announce it, and calls are counted by token."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial, wraps
from typing import Any

from flask import Flask, Response, after_this_request, current_app, url_for
from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import Gone
from werkzeug.http import http_date

from carafe.auth import current_user
from carafe.auth.models import ApiToken
from carafe.auth.users import user_model
from carafe.database import Base, db, dialect_insert
from carafe.database.aliases import AnyRow
from carafe.time import now
from carafe.web.urls import public_url

log = logging.getLogger(__name__)
OPERATION_LENGTH = 100


class DeprecatedCall(Base):
    """How often a token called a deprecated operation."""

    __tablename__ = "deprecated_call"
    __table_args__ = (UniqueConstraint("token_id", "operation"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"))
    operation: Mapped[str] = mapped_column(String(OPERATION_LENGTH))
    count: Mapped[int] = mapped_column(default=1)
    last_at: Mapped[datetime] = mapped_column(default=now)


class SunsetError(Gone):
    """The operation has been removed as announced."""

    problem = "gone"

    description = "This operation has been removed. The documentation names its successor."


@dataclass(frozen=True)
class Deprecation:
    """Since when an operation is deprecated, when it will be gone, and what replaces it.

    Responses have the headers `Deprecation` (RFC 9745), `Sunset` (RFC 8594), and `Link`. From the
    sunset on, the operation responds with 410.
    """

    since: date
    sunset: date | None = None
    # The endpoint of the list or operation that replaces it, such as "api_notes.list".
    successor: str = ""

    def apply(self, id: str, view: Callable[..., Any]) -> Callable[..., Any]:
        """Return the view of an operation with this deprecation."""

        @wraps(view)
        def wrapper(*args: object, **kwargs: object) -> object:
            after_this_request(self._add_headers)
            after_this_request(partial(_count_afterwards, id))
            self.ensure_available()
            return view(*args, **kwargs)

        return wrapper

    def ensure_available(self) -> None:
        """Raise `SunsetError` (410) from the sunset on."""
        if self.sunset and now() >= _midnight(self.sunset):
            raise SunsetError

    def _add_headers(self, response: Response) -> Response:
        response.headers["Deprecation"] = f"@{int(_midnight(self.since).timestamp())}"
        response.headers.add("Link", f'<{_docs_url()}>; rel="deprecation"; type="text/html"')
        if self.sunset:
            response.headers["Sunset"] = http_date(_midnight(self.sunset))
        if self.successor:
            url = public_url(url_for(self.successor))
            response.headers.add("Link", f'<{url}>; rel="successor-version"')
        return response


def _docs_url() -> str:
    return public_url(url_for("api.docs"))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _count_afterwards(operation: str, response: Response) -> Response:
    """Count a call once the response was sent. A session's calls are the site's own."""
    if current_user.token_id:
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        response.call_on_close(partial(_count, app, current_user.token_id, operation))
    return response


def _count(app: Flask, token_id: int, operation: str) -> None:
    with app.app_context():
        try:
            values = {"token_id": token_id, "operation": operation, "count": 1, "last_at": now()}
            new = dialect_insert(DeprecatedCall, db.engine.dialect).values(values)
            more = {"count": DeprecatedCall.count + 1, "last_at": new.excluded.last_at}
            keys = ["token_id", "operation"]
            db.session.execute(new.on_conflict_do_update(index_elements=keys, set_=more))
            db.session.commit()
        except SQLAlchemyError as error:
            log.warning("could not count a deprecated call: %s", error)


def list_calls() -> list[AnyRow]:
    """Return operation, count, last time, token, and owner's email address, last ones first."""
    call, user = DeprecatedCall, user_model()
    columns = call.operation, call.count, call.last_at, ApiToken.name, user.email
    query = select(*columns).join(ApiToken, ApiToken.id == call.token_id)
    query = query.join(user, user.id == ApiToken.user_id)
    return [*db.session.execute(query.order_by(call.last_at.desc()))]
