"""Logging out."""


def test_it_ends_the_session_and_clears_the_browser(alice, sign_in, browser):
    opened, thief = sign_in(alice), browser()
    opened.copy_cookies_to(thief)
    assert thief.get("/account/profile").status_code == 200
    answer = opened.submit("/account/profile", action="/auth/logout")
    assert (answer.status_code, answer.location) == (303, "/")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert opened.get("/account/profile").status_code == 303
    # By the other one this browser is recognized: see tests/auth/test_strangers.py.
    assert [name for name, _ in opened.cookies()] == ["device"]
    assert thief.get("/account/profile").status_code == 303


def test_it_leaves_other_devices_alone(alice, sign_in):
    phone, desk = sign_in(alice), sign_in(alice)
    phone.submit("/account/profile", action="/auth/logout")
    assert desk.get("/account/profile").status_code == 200


def test_it_does_not_happen_by_a_link(alice, sign_in):
    browser = sign_in(alice)
    assert browser.get("/auth/logout").status_code == 405
    assert browser.get("/account/profile").status_code == 200


def test_it_does_not_happen_without_the_form(alice, sign_in):
    browser = sign_in(alice)
    assert browser.post("/auth/logout").status_code == 400
    assert browser.get("/account/profile").status_code == 200


def test_it_does_no_harm_twice(alice, sign_in):
    browser = sign_in(alice)
    again = browser.fill("/account/profile", action="/auth/logout")
    browser.send(again)
    answer = browser.send(again)
    assert answer.status_code == 400  # the form went with the session
    assert browser.submit("/auth/login", {"csrf_token": ""}).status_code == 400
