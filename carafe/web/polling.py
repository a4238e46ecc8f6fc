"""Parts of an open page that update themselves, with htmx.

An element with the attributes `{{ live(url, version, seconds) }}` polls `url`. Its view is a
`@background_request`, and returns `render_fragment(template, version=…)`: the element again, or 304
while `version` (anything that changes with the element) is the one shown. An element returned
without these attributes stops polling. The text in `data-live-say` is announced to screen readers.
`live.js` keeps htmx from replacing what is in use, and pauses it while the page is hidden or the
server has trouble. None of this works without JavaScript: give such a page a link to itself, with
the class `no-js`.
"""

import hashlib

from flask import Flask, Response, make_response, render_template, request
from markupsafe import Markup, escape


def render_fragment(template: str, *, version: object, **context: object) -> Response:
    """Return part of a page, or 304 if the requesting page already shows this version."""
    tag = _etag(version)
    if request.if_none_match.contains(tag):
        answer = Response(status=304)
    else:
        answer = make_response(render_template(template, version=version, **context).strip())
    answer.set_etag(tag)
    return answer


def polling_attributes(url: str, version: object, seconds: int) -> Markup:
    """Return the attributes of an element that polls every this many seconds."""
    # Not `Markup.format`, which is four times slower, on every page.
    request = f'hx-get="{escape(url)}" hx-trigger="every {seconds:d}s, refresh"'
    swap = 'hx-swap="outerHTML" hx-sync="this:drop"'
    marks = f'data-live-version="{_etag(version)}" data-live-seconds="{seconds:d}"'
    return Markup(f"{request} {swap} {marks}")  # noqa: S704  # nosec B704


def _etag(version: object) -> str:
    return hashlib.sha256(repr(version).encode()).hexdigest()[:16]


def init_app(app: Flask) -> None:
    app.jinja_env.globals["live"] = polling_attributes
