"""A browser without a screen, which submits forms as they are on the page, with hidden fields."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


class Form:
    def __init__(self, action: str, method: str):
        self.action, self.method = action, method
        self.fields: dict[str, str] = {}
        # Where its buttons post to instead.
        self.button_actions: list[str] = []


def _is_sent(attributes: dict[str, str | None]) -> bool:
    ticked = attributes.get("type") != "checkbox" or "checked" in attributes
    return ticked and "disabled" not in attributes


class Forms(HTMLParser):
    """The forms of a page, with the values of their fields."""

    def __init__(self, page: str):
        super().__init__()
        self.forms: list[Form] = []
        self._textarea: str | None = None
        self._select: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        if tag == "form":
            self.forms.append(Form(a.get("action") or "", (a.get("method") or "get").lower()))
        if not self.forms:
            return
        fields, name = self.forms[-1].fields, a.get("name") or ""
        if tag == "input" and name and _is_sent(a):
            fields[name] = a.get("value") or ""
        elif tag == "button" and (action := a.get("formaction")):
            self.forms[-1].button_actions.append(action)
        elif tag == "textarea":
            self._textarea = name
            fields[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and ("selected" in a or self._select not in fields):
            fields[self._select] = a.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._textarea:
            fields = self.forms[-1].fields
            fields[self._textarea] = fields[self._textarea].removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.forms[-1].fields[self._textarea] += data


class Browser:
    def __init__(self, client: FlaskClient):
        self.client = client

    # buffered: the whole response is read and then closed, as by a server
    def get(self, path: str, **options: object) -> TestResponse:
        return self.client.get(path, **{"buffered": True} | options)

    def post(self, path: str, data: object = None, **options: object) -> TestResponse:
        return self.client.post(path, data=data, **{"buffered": True} | options)

    def fill(self, path: str, action: str | None = None) -> Form:
        """Return the form on the page at `path` that posts to `action`, by default to the page."""
        page = self.get(path)
        assert page.status_code == 200, f"{path} answers {page.status_code}"
        return self.form(page, action or path, path)

    def form(self, page: TestResponse, action: str, path: str = "") -> Form:
        for form in Forms(page.text).forms:
            if form.method == "post" and action in (form.action or path, *form.button_actions):
                form.action = action
                return form
        raise AssertionError(f"no form for {action} in {page.text[:2000]}")

    def send(
        self, form: Form, changes: Mapping[str, object] | None = None, **options: object
    ) -> TestResponse:
        return self.post(form.action, {**form.fields, **(changes or {})}, **options)

    def submit(
        self,
        path: str,
        fields: Mapping[str, object] | None = None,
        *,
        action: str | None = None,
        **options: object,
    ) -> TestResponse:
        """Open the page at `path`, fill in `fields`, and submit the form that posts to `action`."""
        return self.send(self.fill(path, action), fields, **options)

    def token(self) -> str:
        """Return the CSRF token of this browser's pages, as scripts find it."""
        page = self.get("/auth/login")
        if page.location:  # logged-in users are redirected to a page that has it, too
            page = self.get(page.location)
        token = re.search(r'name="csrf[-_]token" (?:content|value)="([^"]+)"', page.text)
        assert token, "no page has a CSRF token"
        return token[1]

    def cookies(self) -> list[tuple[str, str]]:
        return [(cookie.key, cookie.value) for cookie in (self.client._cookies or {}).values()]

    def copy_cookies_to(self, other: "Browser") -> None:
        """Copy all cookies to another browser, as a thief would."""
        for name, value in self.cookies():
            other.client.set_cookie(name, value)
