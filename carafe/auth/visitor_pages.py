"""Pages that are the same for every visitor, such as the landing page, cached for a minute."""

from collections.abc import Callable
from functools import wraps
from time import monotonic
from typing import NamedTuple, TypeVar

from flask import Flask, Request, current_app, session
from flask.globals import request_ctx

from carafe.auth.identity import is_logged_in
from carafe.security import csp
from carafe.security.csrf import TOKEN_FIELD, form_token, renders_token
from carafe.web.menu_html import TOKEN_PLACEHOLDER

View = TypeVar("View", bound=Callable[..., object])

MAX_AGE_SECONDS = 60
# Not unbounded, because visitors choose the port in `Host`.
MAX_PAGES = 100


class Page(NamedTuple):
    html: str
    has_token: bool
    rendered_at: float


def same_for_visitors(view: View) -> View:
    """Cache a view's page for a minute, because all visitors see the same.

    It isn't cached for users, with a query string, or if the session has more than a CSRF token,
    such as a flash message. Each visitor gets their own CSRF token.
    """

    @wraps(view)
    def wrapper(**arguments: object) -> object:
        request = request_ctx.request
        if arguments or request.query_string or current_app.debug or not _is_new_visitor():
            return view(**arguments)
        pages: dict[tuple[str | None, str, str], Page] = current_app.extensions["visitor_pages"]
        key = request.endpoint, request.scheme, request.environ["HTTP_HOST"]
        page = pages.get(key)
        if page is None or monotonic() - page.rendered_at >= MAX_AGE_SECONDS:
            response = view()
            page = _page(response, request)
            if page is None:
                return response
            if len(pages) >= MAX_PAGES:
                pages.clear()
            pages[key] = page
        return page.html.replace(TOKEN_PLACEHOLDER, form_token()) if page.has_token else page.html

    return wrapper  # type: ignore[return-value]


def _is_new_visitor() -> bool:
    return session.keys() <= {TOKEN_FIELD} and not is_logged_in()


def _page(response: object, request: Request) -> Page | None:
    """Return the page to cache, or None if it has something of this visitor's alone."""
    if not isinstance(response, str) or csp.SOURCES in request.environ or not _is_new_visitor():
        return None
    if not renders_token():
        return Page(response, False, monotonic())
    html = response.replace(form_token(), TOKEN_PLACEHOLDER)
    return None if session[TOKEN_FIELD] in html else Page(html, True, monotonic())


def init_app(app: Flask) -> None:
    app.extensions["visitor_pages"] = {}
