"""The number of queries per page: at most three, and no more for more rows."""

from carafe.testing.accounts import PASSWORD
from carafe.testing.database import statements
from carafe.testing.rules import pages

MOST = 3
# In parts, so that one failure doesn't hide others; a fixed number nevertheless.
MORE = {
    "/dashboard": 5,
    "/admin/": 10,
    "/admin/audit/": 7,
    "/admin/health/": 12,
    "/admin/jobs/": 8,
    "/metrics": 4,
}


def pages_of(app) -> list[str]:
    """Return the paths of all pages without arguments."""
    return [path for path, _, _ in pages(app)]


def most_of(app, path: str) -> int:
    """Return the maximum number of queries of a page."""
    if path in MORE:
        return MORE[path]
    # An export of other people's data is recorded; the admin's menu counts what needs attention.
    most = MOST + path.endswith("/export.csv") + path.startswith("/admin/")
    if admin := app.extensions["admin"].get(path.removeprefix("/admin/").removesuffix("/")):
        # How its reader wants to see a declared list, and one for each filter that says how many.
        most += 1 + sum(filter.show_counts for filter in admin.list.filters)
    return most


def test_it_asks_at_most_three_for_each_page(app, alice, carol, make_user, sign_in):
    for n in range(25):
        make_user(f"u{n}@example.com", name=f"N{n}")
    for _ in range(3):
        sign_in(alice)
    browser = sign_in(carol)
    for path in pages_of(app):
        with statements(app) as asked:
            answer = browser.get(path)
        assert answer.status_code < 400, path
        assert len(asked) <= most_of(app, path), (path, asked)


def test_it_asks_nothing_for_visitors(app, visitor):
    with statements(app) as asked:
        for path in ("/", "/auth/login", "/auth/register", "/auth/reset", "/livez", "/nowhere"):
            visitor.get(path)
    assert asked == []


def test_a_login_from_a_known_browser_takes_nine(app, alice, visitor):
    """Whose browser it is; the user, before and after the password is checked; the second factor,
    the browser, two for older sessions, the session, and its event."""
    fields = {"email": alice.email, "password": PASSWORD}
    visitor.submit("/auth/login", fields)
    visitor.submit("/members", action="/auth/logout")
    form = visitor.fill("/auth/login")
    with statements(app) as asked:
        assert visitor.send(form, fields).status_code == 303
    assert len(asked) <= 9, asked
