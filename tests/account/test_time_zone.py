"""The time zone in which one sees times."""

import re
import zoneinfo
from datetime import UTC, datetime

import pytest

from carafe.web import time_zones


@pytest.fixture
def choose(sign_in):
    def save(user, name):
        browser = sign_in(user)
        answer = browser.submit("/account/profile", {"time_zone": name})
        assert answer.status_code == 303, answer.text
        return browser

    return save


@pytest.fixture
def since(make_user):
    """Makes a user at that moment, whose page at the administration shows it."""

    def at(moment):
        return make_user("since@example.com", created_at=moment)

    return at


def shown(browser, user):
    """The time element about when the user was made."""
    page = browser.get(f"/admin/users/{user.id}").text
    return re.search(r"<dt>Since</dt><dd>(.*?)</dd>", page)[1]  # type: ignore[index]


def test_times_are_shown_in_the_zone_that_was_chosen(carol, choose, since):
    user = since(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    assert shown(choose(carol, "Asia/Kathmandu"), user) == (
        '<time datetime="2026-01-31T23:30:00+00:00" title="31 Jan 2026, 23:30 UTC">'
        "01 Feb 2026, 05:15</time>"
    )


@pytest.mark.parametrize(
    ("month", "day", "hour", "text"),
    [
        (1, 1, 12, "01 Jan 2026, 13:30<"),
        (7, 1, 12, "01 Jul 2026, 14:30<"),
        (3, 29, 0, "29 Mar 2026, 01:30<"),
        (3, 29, 1, "29 Mar 2026, 03:30<"),
        (10, 25, 0, "25 Oct 2026, 02:30<"),
        (10, 25, 1, "25 Oct 2026, 02:30<"),
    ],
)
def test_it_keeps_summer_time(month, day, hour, text, carol, choose, since):
    browser = choose(carol, "Europe/Berlin")
    assert text in shown(browser, since(datetime(2026, month, day, hour, 30, tzinfo=UTC)))


def test_lists_show_the_day_of_that_zone(carol, choose, since):
    since(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    page = choose(carol, "Pacific/Auckland").get("/admin/users/?sort=oldest").text
    assert 'title="31 Jan 2026, 23:30 UTC">01 Feb 2026</time>' in page


def test_without_one_the_browser_decides(carol, sign_in, choose, since):
    user = since(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    written = '<time datetime="2026-01-31T23:30:00+00:00">31 Jan 2026, 23:30 UTC</time>'
    assert shown(sign_in(carol), user) == written
    choose(carol, "Asia/Tokyo")
    assert shown(choose(carol, ""), user) == written


def test_it_is_ones_own_alone(alice, carol, choose, sign_in, since):
    choose(alice, "Asia/Tokyo")
    assert "UTC</time>" in shown(sign_in(carol), since(datetime(2026, 1, 1, tzinfo=UTC)))


def test_mails_show_it(alice, choose, mailbox):
    choose(alice, "Asia/Tokyo").submit("/account/delete")
    text = mailbox.to(alice.email)[-1].get_body(("plain",)).get_content()
    assert "(Asia/Tokyo)" in text


def test_the_form_shows_what_was_chosen(alice, choose):
    browser = choose(alice, "America/Argentina/Ushuaia")
    page = browser.get("/account/profile").text
    assert '<optgroup label="America">' in page
    assert '<option value="America/Argentina/Ushuaia" selected>Argentina: Ushuaia</option>' in page
    assert page.count(" selected>") == 1
    browser.submit("/account/profile", {"name": "Alicia"})
    assert "Ushuaia" in browser.get("/account/profile").text.split(" selected>")[1][:30]


def test_it_is_automatic_by_default(alice, sign_in):
    page = sign_in(alice).get("/account/profile").text
    assert '<option value="" selected>Automatic (this device)</option>' in page


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Atlantis",
        "../../etc/passwd",
        "/etc/passwd",
        "US/Pacific",
        "Europe",
        "x" * 5000,
        "\0",
    ],
)
def test_it_refuses_what_is_no_zone(name, alice, sign_in):
    browser = sign_in(alice)
    answer = browser.submit("/account/profile", {"time_zone": name, "name": "Mallory"})
    assert answer.status_code == 422
    assert "Choose a time zone from the list." in answer.text
    assert "Mallory" not in browser.get("/account/profile").text


def test_it_leaves_the_zone_alone_where_a_form_has_none(alice, choose):
    browser = choose(alice, "Asia/Tokyo")
    browser.post("/account/profile", {"name": "Alicia", "csrf_token": browser.token()})
    assert '<option value="Asia/Tokyo" selected>' in browser.get("/account/profile").text


@pytest.fixture
def without_time_zones(monkeypatch):
    """A system on which no time zones are installed, as small containers are."""
    forget = [time_zones.names, time_zones.choices]
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    monkeypatch.setattr(zoneinfo._common, "load_tzdata", _missing)
    for cached in forget:
        cached.cache_clear()
    yield
    zoneinfo.reset_tzpath()
    for cached in forget:
        cached.cache_clear()


def _missing(key):
    raise zoneinfo.ZoneInfoNotFoundError(key)


def test_it_does_without_where_the_system_has_none(carol, choose, since, request):
    browser = choose(carol, "Asia/Tokyo")
    request.getfixturevalue("without_time_zones")
    user = since(datetime(2026, 1, 31, 23, 30, tzinfo=UTC))
    assert "31 Jan 2026, 23:30 UTC</time>" in shown(browser, user)
    assert browser.submit("/account/profile", {"name": "Caroline"}).status_code == 303
    page = browser.get("/account/profile").text
    assert '<option value="Asia/Tokyo" selected>' in page, "their choice is kept"
