"""Who may come back: the browser that was sent, to where it was sent, soon, and once."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from carafe.auth.accounts import Arrival, provider_journey
from carafe.auth.providers import journey
from carafe.testing.providers import authorize, make_journey, start_journey
from carafe.testing.two_factor import is_logged_in
from carafe.tests.site.settings import HOME


def changed(path, **changes):
    """The same way back with other parameters; None leaves one out."""
    query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()} | changes
    return f"{urlsplit(path).path}?{urlencode({k: v for k, v in query.items() if v is not None})}"


def refused(browser, path):
    answer = browser.get(path)
    assert answer.status_code == 400, answer.text
    assert "The response is invalid" in answer.text
    return not is_logged_in(browser)


def test_it_wants_the_state_that_was_sent(visitor, all_emails):
    for state in (None, "", "x", "é", "x" * 3000):
        assert refused(visitor, changed(authorize(start_journey(visitor)), state=state)), state
    assert all_emails() == []


def test_another_browser_does_not_come_back(visitor, browser, all_emails):
    """Else people could be logged in as someone else, by a link."""
    path = authorize(start_journey(visitor))
    other = browser()
    start_journey(other)
    assert refused(other, path)
    assert refused(browser(), path)
    assert all_emails() == []


def test_nobody_comes_back_who_never_left(visitor):
    assert refused(visitor, "/auth/oauth/acme/callback?code=x&state=x")
    assert refused(visitor, "/auth/oauth/acme/callback")


def test_it_works_once(visitor):
    path = authorize(start_journey(visitor))
    assert visitor.get(path).status_code == 303
    assert visitor.get(path).status_code == 400


def test_a_copy_of_the_cookie_is_too_late(acme, visitor, browser):
    path = authorize(start_journey(visitor))
    thief = browser()
    visitor.copy_cookies_to(thief)
    assert visitor.get(path).status_code == 303
    calls = len(acme.called("/token"))
    assert refused(thief, path)
    assert len(acme.called("/token")) == calls


def test_of_many_copies_at_once_one_comes_back(acme, visitor, browser):
    path = authorize(start_journey(visitor))
    copies = [browser() for _ in range(8)]
    for copy in copies:
        visitor.copy_cookies_to(copy)
    barrier = Barrier(len(copies))

    def come(copy):
        barrier.wait()
        return copy.get(path).status_code

    with ThreadPoolExecutor(len(copies)) as threads:
        statuses = sorted(threads.map(come, copies))
    assert statuses == [303] + [400] * (len(copies) - 1)
    assert len(acme.called("/token")) == 1


@pytest.mark.parametrize(("seconds", "code"), [(595, 303), (600, 400), (-60, 400)])
def test_it_works_for_ten_minutes(seconds, code, visitor, monkeypatch):
    path = authorize(start_journey(visitor))
    timestamp = time.time() + seconds
    monkeypatch.setattr(journey, "time", SimpleNamespace(time=lambda: timestamp))
    assert visitor.get(path).status_code == code


def test_two_tabs_do_not_disturb_each_other(visitor):
    first = authorize(start_journey(visitor, page="/auth/login?next=/account/sessions"))
    second = authorize(start_journey(visitor))
    assert visitor.get(second).location == HOME
    assert is_logged_in(visitor)
    assert visitor.get(first).location == "/account/sessions"
    assert is_logged_in(visitor)


def test_the_first_tab_to_return_does_not_end_the_other(acme, visitor):
    first, second = authorize(start_journey(visitor)), authorize(start_journey(visitor))
    assert visitor.get(changed(first, code=None, error="access_denied")).status_code == 303
    assert visitor.get(second).status_code == 303
    assert is_logged_in(visitor)


def test_a_tab_that_returns_as_somebody_else_switches_nobody(acme, bob, connect, visitor):
    """Neither to another account, nor to a new one."""
    connect(bob, "acme-2")
    first, *late = [authorize(start_journey(visitor)) for _ in range(3)]
    assert visitor.get(first).status_code == 303
    for path, subject in zip(late, ["acme-2", "acme-3"], strict=True):
        acme.person |= {"sub": subject, "email": f"{subject}@example.com"}
        assert visitor.get(path).location == HOME
        page = visitor.get("/members").text
        assert Arrival.OTHER_USER.value in page
        assert "frida@example.com" in page


def test_a_browser_remembers_so_many_attempts(visitor):
    paths = [authorize(start_journey(visitor)) for _ in range(4)]
    assert refused(visitor, paths[0])
    assert visitor.get(paths[1]).status_code == 303


def test_the_cookie_stays_within_what_browsers_keep(visitor):
    """RFC 6265, 6.1: 4096 bytes for name, value, and attributes."""
    for n in range(5):
        next = f"/{n}" + secrets.token_hex(149)
        page = f"/auth/login?next={next}"
        answer = visitor.submit(page, action=f"/auth/oauth/acme?next={next}")
    assert len(answer.headers["Set-Cookie"]) < 4000


def test_a_way_to_one_provider_does_not_end_at_another(acme, rival, visitor, all_emails):
    """Mix-up (RFC 9700, 4.4): a code of Acme's must not be handed to its rival."""
    path = authorize(start_journey(visitor))
    assert refused(visitor, path.replace("/acme/", "/rival/"))
    assert rival.calls == []
    assert all_emails() == []


def test_an_answer_that_names_another_issuer_is_refused(acme, rival, visitor):
    """RFC 9207. The code is not sent anywhere."""
    path = authorize(start_journey(visitor))
    assert refused(visitor, changed(path, iss=rival.issuer))
    assert acme.called("/token") == []


def test_an_answer_that_names_the_issuer_is_taken(acme, visitor):
    assert (
        visitor.get(changed(authorize(start_journey(visitor)), iss=acme.issuer)).status_code == 303
    )


def test_a_provider_that_promises_to_name_itself_has_to(acme, visitor):
    promise = {"authorization_response_iss_parameter_supported": True}
    metadata = acme.metadata() | promise
    acme.metadata = lambda: metadata
    assert refused(visitor, authorize(start_journey(visitor)))
    assert acme.called("/token") == []


def test_nothing_comes_of_canceling(visitor, all_emails):
    page = visitor.get("/members").location
    path = authorize(start_journey(visitor, page=page))
    answer = visitor.get(changed(path, code=None, error="access_denied"))
    assert (answer.status_code, answer.location) == (303, page)
    assert "canceled" in visitor.get(answer.location).text
    assert all_emails() == []


def test_canceling_takes_the_state_as_well(visitor):
    path = changed(authorize(start_journey(visitor)), code=None, error="access_denied")
    assert visitor.get(changed(path, state="x")).status_code == 400
    assert visitor.get(path).status_code == 303
    assert visitor.get(path).status_code == 400


def test_a_code_that_is_not_theirs_opens_nothing(visitor, browser, acme):
    """Injection of a code that was stolen elsewhere: it has another verifier."""
    stolen = parse_qs(urlsplit(authorize(start_journey(browser()))).query)["code"][0]
    assert refused(visitor, changed(authorize(start_journey(visitor)), code=stolen))


@pytest.fixture
def limit(monkeypatch):
    """Lowers the number of departures that a client has."""
    assert provider_journey.DEPARTURES.amount == 60
    monkeypatch.setattr(
        provider_journey, "DEPARTURES", replace(provider_journey.DEPARTURES, amount=3)
    )
    return 3


def test_it_has_limits(limit, visitor):
    for _ in range(limit):
        assert start_journey(visitor)
    assert visitor.submit("/auth/login", action="/auth/oauth/acme").status_code == 429


def test_those_who_come_back_do_not_count(limit, browser):
    for _ in range(limit + 1):
        assert make_journey(browser()).status_code == 303
