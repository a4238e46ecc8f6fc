"""Users through the API, for admins."""

import pytest


@pytest.fixture
def path(alice):
    return f"/users/{alice.id}"


def test_it_finds_users(alice, bob, carol, dave, erin, use_api):
    client = use_api(carol, "users:read")

    def emails(query):
        return [user["email"] for user in client.get(f"/users?{query}").json["items"]]

    assert emails("email=bob@example.com") == emails("email=Bob@Example.com") == [bob.email]
    assert emails("role=admin") == [carol.email]
    assert emails("suspended_at.null=false") == [dave.email]
    assert emails("confirmed_at.null=true") == [erin.email]
    everyone = [user.email for user in (alice, bob, carol, dave, erin)]
    assert emails("sort=email") == emails("sort=name") == everyone
    assert emails("sort=-email") == everyone[::-1]


def test_it_shows_a_user_without_secrets(alice, carol, use_api, path):
    assert {*use_api(carol).get(path).json} == {
        "id", "name", "role", "suspended", "email", "time_zone", "created_at", "confirmed_at",
        "deletes_at",
    }  # fmt: skip


def test_it_changes_name_and_role(alice, carol, use_api, path, reload, events):
    client = use_api(carol)
    answer = client.change("PATCH", path, {"name": "Alicia", "role": "staff"})
    assert (answer.json["name"], answer.json["role"]) == ("Alicia", "staff")
    assert (reload(alice).name, reload(alice).role) == ("Alicia", "staff")
    for action in ("user.renamed", "user.role_changed"):
        assert [event[:2] for event in events(action)] == [(carol.email, f"user:{alice.id}")]


def test_it_suspends_and_reinstates(alice, carol, sign_in, use_api, path, events):
    browser, client = sign_in(alice), use_api(carol)
    assert client.change("PATCH", path, {"suspended": True}).json["suspended"] is True
    assert browser.get("/members").status_code == 303
    assert client.change("PATCH", path, {"suspended": False}).json["suspended"] is False
    for action in ("user.suspended", "user.reinstated"):
        assert [event[:2] for event in events(action)] == [(carol.email, f"user:{alice.id}")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"role": "root"}, "#/role"),
        ({"role": None}, "#/role"),
        ({"name": 5}, "#/name"),
        ({"name": "x" * 101}, "#/name"),
        ({"suspended": "yes"}, "#/suspended"),
        ({"suspended": None}, "#/suspended"),
        ({"email": "mallory@example.com"}, "#/email"),
        ({"password_hash": "x"}, "#/password_hash"),
    ],
)
def test_it_refuses_bad_values(alice, carol, use_api, path, body, pointer):
    answer = use_api(carol).change("PATCH", path, body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [pointer]


def test_admins_do_not_change_themselves(carol, use_api):
    answer = use_api(carol).change("PATCH", f"/users/{carol.id}", {"role": "user"})
    assert answer.status_code == 403
    assert "your own account" in answer.json["detail"]


def test_nobody_changes_or_creates_who_can_do_more(
    app, monkeypatch, alice, carol, sam, use_api, path, reload
):
    permissions = app.extensions["permissions"]
    monkeypatch.setitem(permissions, "staff", permissions["staff"] | {"users.edit"})
    client = use_api(sam)
    assert client.change("PATCH", path, {"name": "Alicia"}).status_code == 200
    for body in ({"role": "admin"}, {"role": "admin", "suspended": True}):
        assert client.change("PATCH", path, body).status_code == 403
    for other in ({"name": "x"}, {"role": "user"}, {"suspended": True}):
        assert client.change("PATCH", f"/users/{carol.id}", other).status_code == 403
    assert (reload(alice).role, reload(alice).suspended_at) == ("user", None)
    assert reload(carol).role == "admin"


def test_a_role_change_shows_at_once(alice, carol, make_user, use_api, path):
    other = use_api(make_user("root@example.com", role="admin"))
    client = use_api(carol)
    assert client.get(path).status_code == 200
    changed = other.change("PATCH", f"/users/{carol.id}", {"role": "user"})
    assert changed.status_code == 200
    assert client.get(path).status_code == 403


def test_staff_only_read(alice, sam, use_api, path):
    client = use_api(sam)
    assert client.get(path).status_code == 200
    assert client.change("PATCH", path, {"name": "x"}).status_code == 403


def test_it_does_not_create_or_delete(carol, use_api, path):
    client = use_api(carol)
    assert client.post("/users", {"email": "x@example.com"}).status_code == 405
    assert client.request("DELETE", path, headers={"If-Match": "*"}).status_code == 405
