"""Staff look and change nothing; and nobody gets permissions by way of others."""

import re

import pytest


@pytest.fixture
def sam(person):
    return person("sam@example.com", name="Sam", role="staff")


def test_they_see_users_and_the_audit(sam, alice, sign_in, page):
    browser = sign_in(sam)
    for path in ("/admin/", "/admin/users/", page, "/admin/audit/"):
        assert browser.get(path).status_code == 200
    assert "alice@example.com" in browser.get(page).text


@pytest.mark.parametrize(
    "path", ["", "/suspension", "/suspension/delete", "/sessions/delete", "/delete"]
)
def test_they_change_nothing(path, sam, alice, sign_in, page, reload):
    browser = sign_in(sam)
    data = {"csrf_token": browser.token(), "name": "M", "role": "staff"}
    assert browser.post(f"{page}{path}", data).status_code == 403
    assert (reload(alice).name, reload(alice).suspended_at) == ("Alice", None)


def test_they_are_shown_no_form_and_no_menu_entry_that_is_not_theirs(
    sam, alice, carol, sign_in, page, forms_of
):
    browser = sign_in(sam)
    for path in ("/admin/", "/admin/users/", page, "/admin/audit/"):
        assert forms_of(browser, path) == set()
        assert "/admin/invitations/" not in browser.get(path).text
    drawn = {page, f"{page}/suspension", f"{page}/sessions/delete", f"{page}/delete"}
    assert forms_of(sign_in(carol), page) == drawn


def test_they_are_shown_the_buttons_that_they_were_given(
    sam, alice, carol, grant, sign_in, page, forms_of
):
    grant({"users.edit"})
    browser = sign_in(sam)
    assert forms_of(browser, page) == {page, f"{page}/suspension", f"{page}/sessions/delete"}
    # With a role that may do more there is nothing to be done.
    theirs = f"/admin/users/{carol.id}"
    assert forms_of(browser, theirs) == set()
    assert "has permissions that you do not have" in browser.get(theirs).text


def test_nobody_gives_permissions_that_they_lack(sam, alice, grant, sign_in, page, reload):
    grant({"users.invite", "users.edit"})
    browser = sign_in(sam)
    for path in (page, "/admin/invitations/"):
        choices = re.findall(r'<option value="(\w+)"', browser.get(path).text)
        assert choices == ["user", "staff"]
    chosen = {"email": "guest@example.com", "role": "admin"}
    assert browser.submit("/admin/invitations/", chosen).status_code == 403
    assert browser.submit(page, {"role": "admin"}).status_code == 403
    assert reload(alice).role == "user"
    assert browser.submit(page, {"role": "staff"}).status_code == 303
    assert reload(alice).role == "staff"


@pytest.mark.parametrize(
    "path", ["", "/suspension", "/sessions/delete", "/second-factors/delete", "/delete"]
)
def test_nobody_changes_who_may_do_more(path, sam, carol, grant, sign_in, reload):
    grant({"users.edit", "users.delete"})
    admin, browser = sign_in(carol), sign_in(sam)
    data = {"csrf_token": browser.token(), "role": "user", "name": "C"}
    assert browser.post(f"/admin/users/{carol.id}{path}", data).status_code == 403
    assert admin.get("/admin/").status_code == 200
