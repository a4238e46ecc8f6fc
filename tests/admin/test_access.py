"""Who can open the admin, and what they see."""

PAGES = ["/admin/", "/admin/users/", "/admin/audit/"]
BUTTONS = ["", "/suspension", "/sessions/delete", "/second-factor-requirement"]
CHANGES = [*BUTTONS, "/suspension/delete", "/second-factor-requirement/delete"]
CHANGES += ["/second-factors/delete", "/delete"]


def test_visitors_log_in_first(visitor, page):
    for path in (*PAGES, page):
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (303, f"/auth/login?next={path}")


def test_users_may_do_nothing(alice, bob, sign_in, page, reload):
    browser = sign_in(bob)
    for path in (*PAGES, page, f"/admin/users/{2**62}"):
        assert browser.get(path).status_code == 403
    data = {"csrf_token": browser.token(), "name": "Mallory", "role": "admin"}
    for below in CHANGES:
        assert browser.post(f"{page}{below}", data).status_code == 403
    user = reload(alice)
    assert (user.name, user.role, user.suspended_at) == ("Alice", "user", None)


def test_staff_look_and_change_nothing(sam, alice, sign_in, page, reload, forms_of):
    browser = sign_in(sam)
    for path in (*PAGES, page):
        assert browser.get(path).status_code == 200
        assert forms_of(browser, path) == set()
        assert "/admin/invitations/" not in browser.get(path).text
    assert "alice@example.com" in browser.get(page).text
    data = {"csrf_token": browser.token(), "name": "M", "role": "staff"}
    for below in CHANGES:
        assert browser.post(f"{page}{below}", data).status_code == 403
    assert (reload(alice).name, reload(alice).suspended_at) == ("Alice", None)


def test_administrators_see_all_forms(carol, sign_in, page, forms_of):
    browser = sign_in(carol)
    assert forms_of(browser, page) == {f"{page}{noun}" for noun in BUTTONS}
    assert f'href="{page}/delete"' in browser.get(page).text


def test_staff_see_the_buttons_that_they_were_given(sam, carol, grant, sign_in, page, forms_of):
    grant({"users.edit"})
    browser = sign_in(sam)
    assert forms_of(browser, page) == {f"{page}{noun}" for noun in BUTTONS}


def test_nobody_changes_who_may_do_more(sam, carol, grant, sign_in, forms_of, reload):
    grant({"users.edit", "users.delete"})
    browser, theirs = sign_in(sam), f"/admin/users/{carol.id}"
    assert forms_of(browser, theirs) == set()
    assert "has permissions you don&#39;t have" in browser.get(theirs).text
    data = {"csrf_token": browser.token(), "role": "user", "name": "C"}
    for below in CHANGES:
        assert browser.post(f"{theirs}{below}", data).status_code == 403
    assert (reload(carol).role, reload(carol).name) == ("admin", "Carol")


def test_the_menu_shows_it_to_administrators_alone(alice, carol, sign_in):
    assert 'href="/admin/"' in sign_in(carol).get("/members").text
    assert 'href="/admin/"' not in sign_in(alice).get("/members").text


def test_it_opens_and_closes_at_once_with_the_role(alice, carol, sign_in, page):
    browser, admin = sign_in(alice), sign_in(carol)
    admin.submit(page, {"role": "admin"})
    assert browser.get("/admin/").status_code == 200
    admin.submit(page, {"role": "user"})
    assert browser.get("/admin/").status_code == 403
    # Still logged in, as a user.
    assert browser.get("/members").status_code == 200
