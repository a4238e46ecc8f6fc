"""Staff look, and change nothing."""

import pytest


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
    nouns = "", "/suspension", "/sessions/delete", "/second-factor-requirement", "/delete"
    assert forms_of(sign_in(carol), page) == {f"{page}{noun}" for noun in nouns}


def test_they_are_shown_the_buttons_that_they_were_given(
    sam, alice, carol, grant, sign_in, page, forms_of
):
    grant({"users.edit"})
    browser = sign_in(sam)
    nouns = "", "/suspension", "/sessions/delete", "/second-factor-requirement"
    assert forms_of(browser, page) == {f"{page}{noun}" for noun in nouns}
    # With a role that may do more there is nothing to be done.
    theirs = f"/admin/users/{carol.id}"
    assert forms_of(browser, theirs) == set()
    assert "has permissions that you do not have" in browser.get(theirs).text
