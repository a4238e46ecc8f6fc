"""Headers and markup of all pages."""

import pytest

from carafe.testing.routes import routes

pytestmark = pytest.mark.any_database


def test_no_page_has_anything_inline_and_private_ones_are_not_kept(app, carol, sign_in, visitor):
    for browser in (visitor, sign_in(carol)):
        for route in routes(app):
            if route.method != "GET":
                continue
            page = browser.get(route.path)
            if page.mimetype == "text/html":
                for text in ("<style", " style=", "<script>", " onclick=", "javascript:"):
                    assert text not in page.text, str(route)
            if browser is not visitor and not route.path.startswith(
                ("/livez", "/readyz", "/api/openapi.json")
            ):
                assert "no-store" in page.headers["Cache-Control"], str(route)
            page.close()


def test_pages_with_a_form_are_kept_nowhere(app, visitor):
    seen = 0
    for route in routes(app):
        if route.method == "GET" and route.public:
            page = visitor.get(route.path)
            if 'name="csrf_token"' in page.text:
                assert page.headers["Cache-Control"] == "no-store", str(route)
                seen += 1
    assert seen >= 4


def test_public_pages_without_a_form_set_none(app, browser):
    seen = set()
    for route in routes(app):
        if not route.changes and route.public:
            answer = browser().client.open(route.path, method=route.method)
            if 'name="csrf_token"' not in browser().get(route.path).text:
                assert "Set-Cookie" not in answer.headers, str(route)
                seen.add(route.path)
    assert {"/livez", "/readyz", "/auth/reset/x"} <= seen
