"""Who may look at how the app runs: administrators, and not the staff."""

import pytest

from tests.admin.operations.conftest import FINGERPRINT

LISTS = ["/admin/requests/", "/admin/queries/", "/admin/exceptions/", "/admin/health/"]
PAGES = [
    *LISTS,
    "/admin/requests/main.index",
    f"/admin/queries/{FINGERPRINT}",
    f"/admin/exceptions/{FINGERPRINT}",
]


@pytest.fixture
def kept(keep):
    keep("statement")
    keep("exception")


def test_it_asks_visitors_to_log_in(kept, visitor):
    for path in PAGES:
        answer = visitor.get(path)
        assert (answer.status_code, answer.location) == (303, f"/auth/login?next={path}")


def test_it_forbids_users_and_staff_every_page(kept, alice, sam, sign_in):
    for user in (alice, sam):
        browser = sign_in(user)
        assert {browser.get(path).status_code for path in PAGES} == {403}


def test_it_shows_administrators_every_page(kept, carols):
    assert {carols.get(path).status_code for path in PAGES} == {200}
    menu = carols.get("/admin/").text
    assert all(f'href="{path}"' in menu for path in LISTS)


def test_it_shows_the_menu_to_administrators_alone(sam, sign_in):
    menu = sign_in(sam).get("/admin/").text
    assert not any(f'href="{path}"' in menu for path in LISTS)


@pytest.mark.parametrize("name", ["unknown", "%00", "a" * 5000, "..", "%F0%9F%8D%B7"])
def test_what_nobody_recorded_is_not_there(name, kept, carols):
    for path in ("/admin/requests/", "/admin/queries/", "/admin/exceptions/"):
        assert carols.get(path + name).status_code == 404
    token = carols.token()
    answer = carols.post(f"/admin/exceptions/{name}/delete", {"csrf_token": token})
    assert answer.status_code == 404
