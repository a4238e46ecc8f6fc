"""The time zone in which users see times."""

import re
import zoneinfo
from datetime import UTC, datetime

import pytest

from carafe.database import db
from carafe.testing.accounts import PASSWORD
from carafe.tests.site.models import Thing, User
from carafe.web import time_zones

MOMENT = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def log_in_with_zone(app, sign_in):
    def choose(user, name):
        with app.app_context():
            db.session.get_one(User, user.id).set_time_zone(name)
            db.session.commit()
        return sign_in(user)

    return choose


@pytest.fixture
def add_thing(app):
    def add(user, created_at=MOMENT):
        with app.app_context():
            Thing.create(user.id, "A thing").created_at = created_at
            db.session.commit()

    return add


def test_times_are_shown_in_the_zone_that_was_chosen(alice, log_in_with_zone, add_thing):
    add_thing(alice)
    assert (
        '<time datetime="2026-01-31T23:30:00+00:00" title="Jan 31, 2026, 11:30 PM UTC">'
        "Feb 1, 2026, 5:15 AM</time>"
    ) in log_in_with_zone(alice, "Asia/Kathmandu").get("/things/").text


def test_it_keeps_summer_time(alice, log_in_with_zone, add_thing):
    moments = {
        (1, 1, 12): "Jan 1, 2026, 1:30 PM<",
        (7, 1, 12): "Jul 1, 2026, 2:30 PM<",
        (3, 29, 0): "Mar 29, 2026, 1:30 AM<",
        (3, 29, 1): "Mar 29, 2026, 3:30 AM<",
        (10, 25, 0): "Oct 25, 2026, 2:30 AM<",
        (10, 25, 1): "Oct 25, 2026, 2:30 AM<",
    }
    for month, day, hour in moments:
        add_thing(alice, datetime(2026, month, day, hour, 30, tzinfo=UTC))
    page = log_in_with_zone(alice, "Europe/Berlin").get("/things/").text
    for created_at, text in moments.items():
        month, day, hour = created_at
        time = re.search(f'datetime="2026-{month:02}-{day:02}T{hour:02}:30[^>]*>[^<]*<', page)
        assert time, created_at
        assert time[0].endswith(text), created_at


def test_lists_show_the_day_of_that_zone(carol, log_in_with_zone, add_thing):
    add_thing(carol)
    page = log_in_with_zone(carol, "Pacific/Auckland").get("/admin/things/").text
    assert 'title="Jan 31, 2026, 11:30 PM UTC">Feb 1, 2026</time>' in page


def test_without_one_the_browser_decides(alice, sign_in, log_in_with_zone, add_thing):
    add_thing(alice)
    utc = '<time datetime="2026-01-31T23:30:00+00:00">Jan 31, 2026, 11:30 PM UTC</time>'
    assert utc in sign_in(alice).get("/things/").text
    log_in_with_zone(alice, "Asia/Tokyo")
    assert utc in log_in_with_zone(alice, "").get("/things/").text


def test_it_is_for_nobody_else(alice, bob, sign_in, log_in_with_zone, add_thing):
    log_in_with_zone(alice, "Asia/Tokyo")
    add_thing(bob)
    assert "UTC</time>" in sign_in(bob).get("/things/").text


def test_mails_show_it(alice, log_in_with_zone, browser, mailbox):
    log_in_with_zone(alice, "Asia/Tokyo")
    other = browser()
    fields = {"email": alice.email, "password": PASSWORD}
    other.send(other.fill("/auth/login"), fields, headers={"User-Agent": "curl/8.0"})
    text = mailbox.to(alice.email)[-1].get_body(("plain",)).get_content()
    assert "(Asia/Tokyo)" in text


def test_a_choice_that_the_system_lacks_is_offered_to_who_made_it():
    regions = dict(choice for choice in time_zones.choices("Europe/Atlantis") if choice[0])
    assert ("Europe/Atlantis", "Atlantis") in regions["Europe"]
    assert "Europe/Atlantis" not in time_zones.names()


def test_what_is_no_zone_is_no_name():
    names = {"../../etc/passwd", "/etc/passwd", "US/Pacific", "Europe", ""}
    assert not names & set(time_zones.names())


@pytest.fixture
def without_time_zones(monkeypatch):
    """A system on which no time zones are installed, as small containers are."""
    cached_functions = [time_zones.names, time_zones.choices]
    zoneinfo.reset_tzpath(to=[])
    zoneinfo.ZoneInfo.clear_cache()
    monkeypatch.setattr(zoneinfo._common, "load_tzdata", _missing)
    for function in cached_functions:
        function.cache_clear()
    yield
    zoneinfo.reset_tzpath()
    for function in cached_functions:
        function.cache_clear()


def _missing(key):
    raise zoneinfo.ZoneInfoNotFoundError(key)


def test_it_does_without_where_the_system_has_none(alice, log_in_with_zone, add_thing, request):
    add_thing(alice)
    browser = log_in_with_zone(alice, "Asia/Tokyo")
    request.getfixturevalue("without_time_zones")
    assert "Jan 31, 2026, 11:30 PM UTC</time>" in browser.get("/things/").text
    assert time_zones.names() == {"UTC"}
    assert ("Asia", [("Asia/Tokyo", "Tokyo")]) in time_zones.choices("Asia/Tokyo")
