"""All declared lists share their routes; each is for users with permissions for that list."""

import re
from collections import Counter

import pytest

from carafe.observability import store
from carafe.testing.clock import later
from carafe.testing.recording import recording_app, rows
from carafe.testing.routes import routes
from carafe.testing.sessions import open_session
from carafe.web.routing import get_policy

LISTS = {"audit", "jobs", "things", "users"}
# Operations other than reading, by method and path.
OPERATIONS = {
    r"POST \d+": "edit",
    r"(GET|HEAD|OPTIONS|POST) new": "create",
    r"\w+ imports/.*": "create",
    r"\w+ \d+/delete": "delete",
    r"\w+ views/\d+/sharing(/delete)?": "share",
}
GRANTS = [
    {"things.read", "things.create"},
    {"things.read", "things.create", "users.read", "users.edit"},
    {"things.read", "things.delete", "users.share", "audit.read", "audit.share", "jobs.read"},
    {f"{name}.{operation}" for name in LISTS for operation in ["edit", "create", "delete"]},
]
FOR_ONESELF = r"columns(/delete)?|views(/first|/\d+|/\d+/delete)?"
GONE_WITHOUT_PROOF = r"export(/file|\.csv)?|imports/|imports/\d+/errors\.csv"


def of_lists(app, number=4711):
    """Yield each route of a list, and its path below that of the list."""
    for route in routes(app, number=number):
        if route.list:
            assert route.path.startswith(f"/admin/{route.list}/")
            yield route, route.path.removeprefix(f"/admin/{route.list}/")


def needed(route, tail) -> set[str]:
    operations = [
        operation
        for pattern, operation in OPERATIONS.items()
        if re.fullmatch(pattern, f"{route.method} {tail}")
    ]
    names = {f"{route.list}.{operation}" for operation in ["read", *operations]}
    # Errors in an import reveal which addresses have accounts. No view answers OPTIONS.
    is_import = tail.startswith("imports/") and route.method != "OPTIONS"
    return names | ({"users.read"} if is_import else set())


@pytest.fixture
def granted(app, make_user, sign_in, monkeypatch):
    """Return a function that logs in a user with only these permissions."""

    def enter(names):
        monkeypatch.setitem(app.extensions["permissions"], "staff", names)
        return sign_in(make_user("dora@example.com", role="staff"))

    return enter


def test_every_list_has_its_routes(app):
    assert {route.list for route, _ in of_lists(app)} == LISTS


@pytest.mark.parametrize("names", GRANTS, ids=lambda names: ",".join(sorted(names))[:60])
def test_each_needs_the_permission_of_its_list_and_that_to_read(names, app, granted):
    browser = granted(names)
    fields = {"csrf_token": browser.token(), "title": "", "role": "user"}
    lists = {name.split(".")[0] for name in names} if names != GRANTS[0] else LISTS
    for route, tail in of_lists(app):
        # The others have the policy of GET, which once is enough to see.
        is_seen_elsewhere = names != GRANTS[0] and route.method in ("HEAD", "OPTIONS")
        if route.list in lists and not is_seen_elsewhere:
            refused = route.open(browser, data=fields).status_code == 403
            assert refused == (not needed(route, tail) <= names), str(route)


def test_each_change_and_each_file_needs_a_recent_proof(app, carol, sign_in):
    browser = sign_in(carol)
    fields = {"csrf_token": browser.token()}
    later(app, minutes=11)
    asked = set()
    for route, tail in of_lists(app):
        is_harmless = re.fullmatch(FOR_ONESELF if route.changes else r".*", tail)
        if is_harmless and not re.fullmatch(GONE_WITHOUT_PROOF, tail):
            continue
        if route.method == "OPTIONS":
            continue
        answer = route.open(browser, data=fields)
        assert answer.status_code == 303, str(route)
        assert answer.location.startswith("/auth/reauthenticate"), str(route)
        asked.add(route.list)
    assert asked == LISTS


def test_a_proof_is_for_what_is_done_to_a_row_of_the_list(app, alice, carol, sign_in):
    browser = sign_in(carol)
    fields = {"csrf_token": browser.token()}
    later(app, minutes=11)
    for path, effect in {
        "users/1": "this user will be changed",
        "things/1/delete": "this thing will be deleted",
        "things/new": "this thing will be added",
        "audit/export.csv": "this list will be exported",
    }.items():
        answer = browser.post(f"/admin/{path}", fields)
        assert f"After you confirm, {effect}." in browser.get(answer.location).text


NOT_DECLARED = [
    ("GET", "nothing/"),
    ("GET", "nothing"),
    ("GET", "nothing/export"),
    ("POST", "nothing/new"),
    ("GET", "nothing/1"),
    ("POST", "nothing/1/delete"),
    # Declared, but without such pages:
    ("GET", "users/new"),
    ("POST", "users/new"),
    ("GET", "users/imports/"),
    ("GET", "users/imports"),
    ("POST", "audit/new"),
    ("GET", "audit/1/delete"),
    ("POST", "audit/1"),
    ("GET", "audit/run?action=delete&id=1"),
    ("POST", "audit/runs/1/cancellation"),
    ("GET", "jobs/new"),
    ("POST", "jobs/1/delete"),
    # A page, but not a list:
    ("GET", "requests/1/delete"),
]


def test_what_is_not_declared_is_not_there(visitor, carol, sign_in):
    for browser in (visitor, sign_in(carol)):
        data = {"csrf_token": browser.token()}
        for method, path in NOT_DECLARED:
            answer = browser.client.open(f"/admin/{path}", method=method, data=data)
            assert answer.status_code == 404, (method, path)


def test_an_address_without_its_slash_leads_to_the_list(visitor):
    for path in ("users", "things/imports"):
        answer = visitor.get(f"/admin/{path}?q=a%20b")
        assert (answer.status_code, answer.location) == (308, f"/admin/{path}/?q=a%20b")


def test_a_page_of_its_own_stands_in_for_that_of_all_lists(app, carol, sign_in):
    answer = sign_in(carol).get("/admin/jobs/4711")
    assert answer.status_code == 404
    with app.test_request_context("/admin/jobs/4711") as context:
        assert context.request.endpoint == "admin.job"
    with app.test_request_context("/admin/users/4711") as context:
        assert context.request.endpoint == "admin.row"


def test_a_policy_of_no_list_lets_nobody_through(app):
    with app.app_context(), pytest.raises(TypeError):
        get_policy("admin.list", None)


def test_statistics_tell_lists_apart(app, carol):
    with recording_app(app) as made:
        browser = open_session(made, carol)
        for path in ("users/", "users/", "things/", "things/new", "nothing/", "users/4711"):
            browser.get(f"/admin/{path}")
        counted: Counter[str] = Counter()
        for row in rows(made, store.request_count):
            if row.resolution == 60 and row.endpoint.startswith("admin."):
                counted[row.endpoint] += row.count
        assert counted == {
            "admin.users.list": 2,
            "admin.things.list": 1,
            "admin.things.new_row": 1,
            "admin.users.row": 1,
        }
        assert browser.get("/admin/requests/admin.users.list").status_code == 200
        assert browser.get("/admin/requests/admin.nothing.list").status_code == 404
