"""How many queries a page makes: three at most, and no more for more rows."""

from tests.database import statements

MOST = 3
# Part by part, so that one that fails leaves the others; a fixed number all the same.
MORE = {"/admin/": 7, "/admin/health/": 9, "/admin/jobs/": 7, "/metrics": 4}


def pages_of(app) -> list[str]:
    """The addresses of all pages without arguments."""
    return [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not rule.arguments
    ]


def test_it_asks_at_most_three_for_each_page(app, alice, carol, person, sign_in):
    people = [person(f"u{n}@example.com", name=f"N{n}") for n in range(25)]
    for _ in range(3):
        sign_in(alice)
    browser = sign_in(carol)
    users = [f"/admin/users/{alice.id}", f"/admin/users/{people[0].id}"]
    for path in [*pages_of(app), *users]:
        with statements(app) as asked:
            answer = browser.get(path)
        assert answer.status_code < 400, path
        # Who takes away a list of others is noted: the trail's last event (on PostgreSQL after its
        # lock), and the next.
        most = MOST + 3 * path.endswith("/export.csv")
        # How its reader wants to see a declared list.
        most += path.removeprefix("/admin/").removesuffix("/") in app.extensions["admin"]
        # Beside the user: sessions and second factors, and the history.
        most += path in users
        assert len(asked) <= MORE.get(path, most), (path, asked)


def test_it_asks_nothing_for_visitors(app, visitor):
    with statements(app) as asked:
        for path in ("/", "/auth/login", "/auth/register", "/auth/reset", "/livez", "/nowhere"):
            visitor.get(path)
    assert asked == []
