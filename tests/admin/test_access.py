"""Who may administer."""

import pytest

PAGES = ["/admin/", "/admin/users/", "/admin/users/1"]
CHANGES = ["", "/suspension", "/suspension/delete", "/sessions/delete", "/delete"]


def test_it_asks_visitors_to_log_in(visitor):
    for path in PAGES:
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (303, f"/auth/login?next={path}")


def test_it_forbids_users_every_page(alice, sign_in, page):
    browser = sign_in(alice)
    for path in [*PAGES, page, f"/admin/users/{2**62}"]:
        assert browser.get(path).status_code == 403


@pytest.mark.parametrize("below", CHANGES)
def test_it_forbids_users_every_change(below, alice, bob, sign_in, page, reload, events):
    victim, browser = sign_in(alice), sign_in(bob)
    data = {"csrf_token": browser.token(), "name": "Mallory", "role": "admin"}
    assert browser.post(f"{page}{below}", data).status_code == 403
    assert victim.get("/members").status_code == 200
    user = reload(alice)
    assert (user.name, user.role, user.suspended_at) == ("Alice", "user", None)
    assert events("user.renamed") == []


def test_it_shows_the_menu_to_administrators_alone(alice, carol, sign_in):
    assert 'href="/admin/"' in sign_in(carol).get("/members").text
    assert 'href="/admin/"' not in sign_in(alice).get("/members").text


def test_it_closes_at_once_to_who_is_demoted(carol, make_user, sign_in):
    other = make_user("oscar@example.com", role="admin")
    demoted = sign_in(other)
    assert demoted.get("/admin/").status_code == 200
    sign_in(carol).submit(f"/admin/users/{other.id}", {"role": "user"})
    assert demoted.get("/admin/").status_code == 403
    # Still signed in, as a user.
    assert demoted.get("/members").status_code == 200


def test_it_opens_at_once_to_who_is_promoted(alice, carol, sign_in, page):
    browser = sign_in(alice)
    sign_in(carol).submit(page, {"role": "admin"})
    assert browser.get("/admin/").status_code == 200
