"""The user's name."""

import pytest


def test_it_changes_the_name(alice, sign_in):
    browser = sign_in(alice)
    answer = browser.submit("/account/profile", {"name": "  Alice Adams "})
    assert (answer.status_code, answer.location) == (303, "/account/profile")
    page = browser.get("/account/profile").text
    assert "Profile saved" in page
    assert 'value="Alice Adams"' in page


def test_it_leads_there_from_the_account(alice, sign_in):
    assert sign_in(alice).get("/account/").location == "/account/profile"


def test_it_shows_the_address_to_those_without_a_name(alice, sign_in):
    browser = sign_in(alice)
    browser.submit("/account/profile", {"name": ""})
    assert f'<span class="account-name">{alice.email}</span>' in browser.get("/members").text


def test_it_escapes_the_name(alice, sign_in):
    browser = sign_in(alice)
    browser.submit("/account/profile", {"name": "<script>alert('x')</script>\"'"})
    for path in ("/account/profile", "/members", "/nowhere"):
        page = browser.get(path).text
        assert "alert(&#39;x&#39;)" in page
        assert "<script>alert" not in page


@pytest.mark.parametrize("name", ["n" * 101, "Ali\x00ce"])
def test_it_refuses_what_cannot_be_stored(name, alice, sign_in):
    browser = sign_in(alice)
    assert browser.submit("/account/profile", {"name": name}).status_code == 422
    assert 'value="Alice"' in browser.get("/account/profile").text


def test_it_changes_nobody_elses(alice, bob, sign_in):
    browser = sign_in(alice)
    browser.submit("/account/profile", {"name": "Mallory", "id": bob.id, "email": bob.email})
    page = sign_in(bob).get("/account/profile").text
    assert 'value="Bob"' in page
    assert bob.email in page


def test_the_menu_of_users_leads_to_the_profile(alice, sign_in, visitor):
    assert '<a class="nav-entry" href="/account/profile">' in sign_in(alice).get("/members").text
    assert "/account/profile" not in visitor.get("/auth/login").text
