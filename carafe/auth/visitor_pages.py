"""Pages that are the same for every visitor, such as the landing page: drawn once a minute."""

from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import NamedTuple, TypeVar

from flask import Flask, current_app, session
from flask.globals import request_ctx

from carafe.auth.identity import is_logged_in
from carafe.security import csp
from carafe.security.csrf import renders_token

View = TypeVar("View", bound=Callable[..., object])

KEPT_SECONDS = 60


class Page(NamedTuple):
    html: str
    drawn_at: float


def same_for_visitors(view: View) -> View:
    """Decorate a view that shows all visitors the same page: it runs for them once a minute.

    It runs each time for users, with a query, and when there is a message to flash. A page with a
    form is not kept, because its token is the visitor's.
    """

    @wraps(view)
    def wrapper(**arguments: object) -> object:
        request = request_ctx.request
        has_message = "_flashes" in session
        if request.query_string or arguments or has_message or current_app.debug or is_logged_in():
            return view(**arguments)
        pages: dict[str | None, Page] = current_app.extensions["visitor_pages"]
        page, now = pages.get(request.endpoint), monotonic()
        if page and now - page.drawn_at < KEPT_SECONDS:
            return page.html
        response = view()
        if isinstance(response, str) and not _is_personal():
            pages[request.endpoint] = Page(response, now)
        return response

    return wrapper  # type: ignore[return-value]


def _is_personal() -> bool:
    return renders_token() or session.modified or csp.SOURCES in request_ctx.request.environ


def init_app(app: Flask) -> None:
    app.extensions["visitor_pages"] = {}
