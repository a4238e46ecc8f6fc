"""Pages that are the same for every visitor, such as the landing page: drawn once a minute."""

from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import NamedTuple, TypeVar

from flask import Flask, Request, current_app, session
from flask.globals import request_ctx

from carafe.auth.identity import is_logged_in
from carafe.security import csp
from carafe.security.csrf import TOKEN_FIELD, form_token, renders_token

View = TypeVar("View", bound=Callable[..., object])

KEPT_SECONDS = 60
# Visitors choose the port in `Host`.
MAX_PAGES = 100
# Stands for the visitor's CSRF token.
TOKEN_PLACEHOLDER = "{csrf_token}"  # noqa: S105


class Page(NamedTuple):
    html: str
    has_token: bool
    drawn_at: float


def same_for_visitors(view: View) -> View:
    """Decorate a view that shows all visitors the same page: it runs for them once a minute.

    It runs each time for users, with a query, and if the session has anything but a CSRF token,
    such as a message to flash. A token in the page is replaced by each visitor's own.
    """

    @wraps(view)
    def wrapper(**arguments: object) -> object:
        request = request_ctx.request
        if arguments or request.query_string or current_app.debug or not _is_new_visitor():
            return view(**arguments)
        pages: dict[tuple[str | None, str, str], Page] = current_app.extensions["visitor_pages"]
        key = request.endpoint, request.scheme, request.environ["HTTP_HOST"]
        page = pages.get(key)
        if page is None or monotonic() - page.drawn_at >= KEPT_SECONDS:
            response = view()
            page = _page(response, request)
            if page is None or (key not in pages and len(pages) >= MAX_PAGES):
                return response
            pages[key] = page
        return page.html.replace(TOKEN_PLACEHOLDER, form_token()) if page.has_token else page.html

    return wrapper  # type: ignore[return-value]


def _is_new_visitor() -> bool:
    return session.keys() <= {TOKEN_FIELD} and not is_logged_in()


def _page(response: object, request: Request) -> Page | None:
    """Return a page to keep; None if it has something that is this visitor's alone."""
    if not isinstance(response, str) or csp.SOURCES in request.environ or not _is_new_visitor():
        return None
    if not renders_token():
        return Page(response, False, monotonic())
    html = response.replace(form_token(), TOKEN_PLACEHOLDER)
    return None if session[TOKEN_FIELD] in html else Page(html, True, monotonic())


def init_app(app: Flask) -> None:
    app.extensions["visitor_pages"] = {}
