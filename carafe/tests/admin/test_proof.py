"""What an admin changes needs a recent proof of identity, and is not lost meanwhile."""

import pytest

from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later


@pytest.fixture
def stale(app, carol, sign_in):
    """Send a form in Carol's browser, in which she has not proved for a while who she is."""

    def send(path, action, fields=None):
        browser = sign_in(carol)
        form = browser.fill(path, action)
        later(app, minutes=11)
        return browser, browser.send(form, fields, headers={"Referer": f"http://localhost{path}"})

    return send


def go_on(browser, answer, action):
    """Give the password, and send the form that was kept."""
    answer = browser.submit(answer.location, {"password": PASSWORD})
    assert answer.location.startswith("/auth/reauthenticate/form")
    return browser.submit(answer.location, action=action)


def test_it_deletes_after_the_proof(stale, alice, page, reload):
    browser, answer = stale(f"{page}/delete", f"{page}/delete")
    assert answer.location.startswith("/auth/reauthenticate")
    assert reload(alice) is not None
    assert go_on(browser, answer, f"{page}/delete").location == "/admin/users/"
    assert reload(alice) is None


def test_it_saves_after_the_proof(stale, alice, page, reload):
    browser, answer = stale(page, page, {"name": "Alicia"})
    assert reload(alice).name == "Alice"
    assert go_on(browser, answer, page).location == page
    assert reload(alice).name == "Alicia"


def test_a_form_that_was_kept_is_of_no_use_to_who_was_demoted(
    app, stale, alice, carol, make_user, page, reload
):
    make_user("oscar@example.com", role="admin")
    browser, answer = stale(f"{page}/delete", f"{page}/delete")
    app.test_cli_runner().invoke(args=["user", "demote", carol.email])
    assert go_on(browser, answer, f"{page}/delete").status_code == 403
    assert reload(alice) is not None


def test_a_download_goes_on_after_the_proof(app, alice, carol, sign_in):
    browser = sign_in(carol)
    later(app, minutes=11)
    answer = browser.get("/admin/users/export.csv?q=alice")
    answer = browser.submit(answer.location, {"password": PASSWORD})
    assert answer.location == "/admin/users/export.csv?q=alice"
    assert alice.email in browser.get(answer.location).text
