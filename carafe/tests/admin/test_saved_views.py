"""Views of lists that admins saved."""

import re
from urllib.parse import quote

import pytest

from carafe.admin.lists import saved_views
from carafe.admin.lists.saved_views import SavedView
from carafe.audit import AuditEvent
from carafe.database import db
from carafe.testing.clock import later
from carafe.testing.lists import Links, ids

LIST = "/admin/users/"
PAGE = "/admin/users/views"
QUERY = "sort=-name&state=suspended"


def save(browser, name: str, query: str = QUERY, path: str = PAGE):
    """Save the list as it is at these arguments, by its own link and form."""
    return browser.submit(f"{path}?back={quote(query)}", {"name": name}, action=path)


def tabs(browser, path: str = LIST) -> dict[str, str]:
    """The saved views above the list, and where each leads, without "All" and "Manage views"."""
    nav = re.search(r'<nav class="choices views".*?</nav>', browser.get(path).text, re.S)
    if not nav:
        return {}
    links = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', nav[0])
    return {name: path.replace("&amp;", "&") for path, name in links[1:]}


@pytest.fixture
def admin(carol, sign_in):
    return sign_in(carol)


@pytest.fixture
def other(make_user, sign_in):
    return sign_in(make_user("eve@example.com", role="admin"))


@pytest.fixture
def id_of(app):
    def find(name: str) -> int:
        with app.app_context():
            view: SavedView = db.session.scalars(db.select(SavedView).filter_by(name=name)).one()
            return view.id

    return find


def test_it_comes_back_to_what_was_chosen(admin, other, dave):
    page = admin.get(f"{LIST}?{QUERY}").text
    [path] = [a["href"] for a in Links(page).links if (a["href"] or "").startswith(f"{PAGE}?")]
    answer = admin.submit(path, {"name": "Suspended ones"}, action=PAGE)
    assert (answer.status_code, answer.location) == (303, f"{LIST}?{QUERY}")
    assert tabs(admin) == {"Suspended ones": f"{LIST}?{QUERY}"}
    page = admin.get(f"{LIST}?{QUERY}").text
    assert ids(page, LIST) == [dave.id]
    assert 'aria-current="true">Suspended ones<' in page
    assert tabs(other) == {}


def test_the_same_name_is_one_view(admin):
    for query in (QUERY, QUERY, "state=active"):
        save(admin, "Mine", query)
    assert tabs(admin) == {"Mine": f"{LIST}?state=active"}


def test_it_keeps_what_the_list_knows(admin):
    save(admin, "Odd", "state=active&after=WzFd&color=red&role=king&columns=name,nothing&q=")
    assert tabs(admin) == {"Odd": f"{LIST}?columns=name&state=active"}


def test_it_wants_a_name(admin):
    for name in ("", "  ", "x" * 41, "a\0b"):
        assert save(admin, name).status_code == 422
    assert tabs(admin) == {}


def test_it_is_renamed_and_deleted(admin, id_of):
    for name in ("One", "Two"):
        save(admin, name)
    path = f"{PAGE}/{id_of('One')}"
    answer = admin.submit(PAGE, {"name": "Two"}, action=path)
    assert answer.status_code == 422
    assert "already" in answer.text
    assert admin.submit(PAGE, {"name": "Three"}, action=path).status_code == 303
    assert list(tabs(admin)) == ["Three", "Two"]
    form = admin.fill(PAGE, f"{path}/delete")
    assert admin.send(form).status_code == 303
    assert list(tabs(admin)) == ["Two"]
    assert admin.send(form).status_code == 404


def test_it_is_nobody_elses(admin, other, id_of):
    save(admin, "Mine")
    data = {"csrf_token": other.token(), "name": "Yours", "view": id_of("Mine")}
    for below in ("", "/delete", "/sharing", "/sharing/delete"):
        assert other.post(f"{PAGE}/{id_of('Mine')}{below}", data).status_code == 404
    assert other.post(f"{PAGE}/first", data).status_code == 404
    assert list(tabs(admin)) == ["Mine"]


def test_it_is_of_one_list(admin, id_of):
    save(admin, "Mine")
    data = {"csrf_token": admin.token()}
    assert admin.post(f"/admin/audit/views/{id_of('Mine')}/delete", data).status_code == 404
    assert tabs(admin, "/admin/audit/") == {}


def test_how_a_list_begins_is_no_view(admin, app):
    """The row that keeps it has no name, and is reached by none of the forms of views."""
    admin.post(f"{PAGE}/first", {"csrf_token": admin.token(), "view": ""})
    with app.app_context():
        id = db.session.scalars(db.select(SavedView.id)).one()
    data = {"csrf_token": admin.token(), "name": "x", "view": id}
    for below in ("", "/delete", "/sharing"):
        assert admin.post(f"{PAGE}/{id}{below}", data).status_code == 404
    assert admin.post(f"{PAGE}/first", data).status_code == 404


def test_the_list_begins_with_it(admin, id_of, dave):
    save(admin, "Mine")
    admin.submit(PAGE, {"view": str(id_of("Mine"))}, action=f"{PAGE}/first")
    answer = admin.get(LIST)
    assert (answer.status_code, answer.location) == (303, f"{LIST}?{QUERY}")
    assert len(ids(admin.get(f"{LIST}?view=").text, LIST)) == 2
    admin.submit(PAGE, action=f"{PAGE}/{id_of('Mine')}/delete")
    assert admin.get(LIST).status_code == 200


def test_the_list_begins_with_all_where_the_view_says_nothing(admin, id_of, dave):
    """As one would whose only filter was removed."""
    admin.post(PAGE, {"csrf_token": admin.token(), "name": "Empty", "back": ""})
    admin.submit(PAGE, {"view": str(id_of("Empty"))}, action=f"{PAGE}/first")
    assert admin.get(LIST).status_code == 200


def test_it_keeps_no_more_than_there_is_room_for(admin):
    answer = save(admin, "Long", f"q={'x' * 3000}")
    assert answer.status_code == 422
    assert "too long to save" in answer.text
    assert tabs(admin) == {}


def test_no_address_is_left_in_the_trail_of_who_is_gone(app, admin, alice, id_of):
    for name, q in (("One", "alice@example.com"), ("Two", "Of Alice@Example.com")):
        save(admin, name, f"q={quote(q)}")
        admin.submit(PAGE, action=f"{PAGE}/{id_of(name)}/sharing")
        admin.get(f"{LIST}export.csv?q={quote(q)}")
    admin.submit(f"{LIST}{alice.id}/delete")
    with app.app_context():
        details = db.session.scalars(db.select(AuditEvent.details)).all()
        assert "alice" not in str(details).lower()


def test_it_is_shared_with_all_who_see_the_list(admin, other, carol, id_of, events):
    save(admin, "Ours")
    path = f"{PAGE}/{id_of('Ours')}"
    admin.submit(PAGE, action=f"{path}/sharing")
    assert tabs(other) == {"Ours": f"{LIST}?{QUERY}"}
    other.submit(PAGE, {"view": str(id_of("Ours"))}, action=f"{PAGE}/first")
    assert other.get(LIST).location == f"{LIST}?{QUERY}"
    details = {"list": "users", "name": "Ours"}
    filters = {"sort": "-name", "state": "suspended"}
    subject = f"view:{id_of('Ours')}"
    assert events("view.shared") == [(carol.email, subject, details | {"chosen": filters})]
    other.submit(PAGE, action=f"{path}/sharing/delete")
    assert events("view.unshared") == [("eve@example.com", subject, details)]
    assert tabs(other) == {}
    assert other.get(LIST).status_code == 200
    assert list(tabs(admin)) == ["Ours"]


def test_what_is_shared_changes_for_nobody(admin, id_of):
    save(admin, "Ours")
    path = f"{PAGE}/{id_of('Ours')}"
    admin.submit(PAGE, action=f"{path}/sharing")
    data = {"csrf_token": admin.token(), "name": "Other"}
    assert admin.post(path, data).status_code == 422
    assert admin.post(f"{path}/delete", data).status_code == 409
    answer = save(admin, "Ours", "state=active")
    assert answer.status_code == 422
    assert "Stop sharing it first" in answer.text
    assert tabs(admin) == {"Ours": f"{LIST}?{QUERY}"}


def test_sharing_asks_for_the_permission_and_a_proof(app, admin, sam, sign_in, id_of, forms_of):
    staff = sign_in(sam)
    save(staff, "Theirs")
    path = f"{PAGE}/{id_of('Theirs')}"
    assert f"{path}/sharing" not in forms_of(staff, PAGE)
    assert staff.post(f"{path}/sharing", {"csrf_token": staff.token()}).status_code == 403
    save(admin, "Mine")
    form = admin.fill(PAGE, f"{PAGE}/{id_of('Mine')}/sharing")
    later(app, minutes=11)
    assert admin.send(form).location.startswith("/auth/reauthenticate")
    assert list(tabs(staff)) == ["Theirs"]


def test_it_says_what_is_not_there_any_more(app, admin, dave):
    save(admin, "Old")
    query = "color=red&columns=email%2Cshoes&state=suspended"
    with app.app_context():
        db.session.execute(db.update(SavedView).values(query=query))
        db.session.commit()
    page = admin.get(tabs(admin)["Old"]).text
    assert ids(page, LIST) == [dave.id]
    assert "Shown without color and shoes" in page
    assert "Shown without" not in admin.get(f"{LIST}?color=blue").text


def test_there_are_so_many_at_most(admin, monkeypatch):
    monkeypatch.setattr(saved_views, "MAX_VIEWS", 2)
    for name in ("One", "Two", "One"):
        assert save(admin, name).status_code == 303
    assert "limit of 2 views" in save(admin, "Three").text
    assert save(admin, "Three", path="/admin/audit/views", query="sort=at").status_code == 303


def test_they_go_with_their_user_and_are_in_the_copy_of_their_data(app, admin, carol, other):
    save(admin, "Mine")
    with app.app_context():
        [row] = saved_views.export_for_user(carol.id)
        assert row == {"list": "users", "name": "Mine", "query": QUERY, "shared": False}
        db.session.execute(db.delete(type(carol)).where(type(carol).id == carol.id))
        db.session.commit()
        assert list(saved_views.export_for_user(carol.id)) == []
