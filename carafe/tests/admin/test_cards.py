"""The cards of the overview: what they count, by whose days, and that one leaves the others be."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, text, update

from carafe import admin, mail
from carafe.admin.overview import cards
from carafe.audit import AuditEvent
from carafe.auth.models import Session
from carafe.config import ConfigError
from carafe.database import db
from carafe.database.counters import CounterBucket
from carafe.observability import store
from carafe.observability.plans.nodes import SCAN
from carafe.testing.apps import another_app
from carafe.testing.list_plans import Plans
from carafe.testing.recording import recording_app, rows
from carafe.testing.sessions import open_session
from carafe.tests.site.models import User
from carafe.time import format_date, now

CARD = re.compile(
    r'<section class="card[^>]*?aria-labelledby="([\w-]+)-heading">(.*?)</section>', re.S
)


def shown(page: str) -> dict[str, str]:
    """The cards of a page, as text."""
    words = re.compile(r"<title.*?</title>|<[^>]+>|\s+")
    return {name: re.sub(r" +", " ", words.sub(" ", part)) for name, part in CARD.findall(page)}


def number(page: str, name: str) -> str:
    part = dict(CARD.findall(page))[name]
    [figure] = re.findall(r"<strong>([\d,.]+)</strong>", part)
    return str(figure)


def days(page: str, name: str) -> dict[str, int]:
    """What the table behind a chart says, without days of nothing."""
    rows_of_table = re.findall(
        r"<td>(\w+ \d+, \d{4})</td><td>([\d,]+)</td>", dict(CARD.findall(page))[name]
    )
    return {day: int(count.replace(",", "")) for day, count in rows_of_table if count != "0"}


def noon(zone: str, ago: int) -> datetime:
    today = datetime.now(ZoneInfo(zone)).replace(hour=12, minute=0)
    return today - timedelta(days=ago)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "America/Los_Angeles"])
def test_it_counts_by_the_days_of_the_reader(zone, app, make_user, sign_in):
    reader = make_user("r@example.com", role="admin", time_zone=zone, created_at=noon(zone, 100))
    first, last = noon(zone, 6), noon(zone, 6).replace(hour=23, minute=59)
    for n, time in enumerate([first.replace(hour=0), last, last + timedelta(minutes=1)]):
        make_user(f"u{n}@example.com", created_at=time)
    page = sign_in(reader).get("/admin/?days=7").text
    assert days(page, "sign-ups") == {format_date(first): 2, format_date(noon(zone, 5)): 1}
    assert number(page, "sign-ups") == "3"
    assert f"Days are in {zone}" in page


def test_it_says_how_it_changed(make_user, sign_in):
    created = {"created_at": now() - timedelta(days=300)}
    browser = sign_in(make_user("r@example.com", role="admin", **created))
    assert "none in the previous 7 days" in shown(browser.get("/admin/?days=7").text)["sign-ups"]
    for n, ago in enumerate([0, 1, 2, 8, 9]):
        make_user(f"u{n}@example.com", created_at=now() - timedelta(days=ago, minutes=1))
    page = browser.get("/admin/?days=7").text
    assert "50% more than the previous 7 days" in shown(page)["sign-ups"]
    page = browser.get("/admin/").text
    assert "none in the previous 30 days" in shown(page)["sign-ups"]
    assert number(page, "sign-ups") == "5"


def test_it_shows_a_month_where_it_is_asked_for_something_else(carol, sign_in):
    browser = sign_in(carol)
    for days_before in ("", "0", "8", "-7", "9" * 30, "7%00", "x"):
        page = browser.get(f"/admin/?days={days_before}").text
        assert len(re.findall("<tr><td>", dict(CARD.findall(page))["sign-ups"])) == 30, days_before


def active(app) -> int:
    with app.app_context():
        query = (
            select(CounterBucket.count)
            .where(CounterBucket.name == "users.active")
            .order_by(CounterBucket.at)
        )
        return sum(db.session.scalars(query))


def change(app, statement: Any) -> None:
    with app.app_context():
        db.session.execute(statement)
        db.session.commit()


def test_it_counts_a_user_once_a_day(app, alice, bob, sign_in):
    browsers = [sign_in(alice), sign_in(alice), sign_in(bob)]
    assert active(app) == 2
    yesterday = now() - timedelta(days=1)
    change(app, update(Session).values(last_seen_at=yesterday))
    change(app, update(User).values(last_active_on=yesterday.date()))
    for browser in browsers:
        browser.get("/members")
    assert active(app) == 4
    browsers[0].get("/members")
    assert active(app) == 4


def test_it_counts_who_acts_as_a_user_and_not_the_user(app, alice, carol, sign_in):
    browser = sign_in(carol)
    path = f"/admin/users/{alice.id}/impersonation"
    assert browser.submit(path, {"reason": "A ticket"}).status_code == 303
    yesterday = now() - timedelta(days=1)
    change(app, update(Session).values(last_seen_at=yesterday))
    change(app, update(User).values(last_active_on=yesterday.date()))
    browser.get("/members")
    with app.app_context():
        seen = select(User.email).where(User.last_active_on == now().date())
        assert list(db.session.scalars(seen)) == [carol.email]


def test_it_shows_those_who_were_here(app, alice, bob, carol, sign_in):
    for user in (alice, bob):
        sign_in(user)
    page = sign_in(carol).get("/admin/?days=7").text
    assert days(page, "active-users") == {format_date(now()): 3}
    assert number(page, "active-users") == "0.4"
    assert '<text x="0" y="12">4</text>' in page, "a few don't fill the chart"


def test_it_counts_mails_that_left(app, alice, carol, mailbox, sign_in):
    with app.test_request_context(method="POST"):
        mail.send_dummy(alice.email, "auth/emails/registered", user=alice, reset_url="http://x")
        mail.send(alice.email, "auth/emails/registered", user=alice, reset_url="http://x")
        db.session.commit()
    assert len(mailbox.to(alice.email)) == 1
    browser = sign_in(carol)
    before = int(number(browser.get("/admin/").text, "mails"))
    assert before == len(list(mailbox.folder.glob("*.eml")))


def test_it_counts_what_failed(app, carol):
    with recording_app(app) as made:
        client = made.test_client()
        for _ in range(2):
            assert client.get("/broken?text=x").status_code == 500
        assert client.get("/nowhere").status_code == 404
        rows(made, store.error_count)
        page = open_session(made, carol).get("/admin/").text
    assert number(page, "errors") == "2"


def broken(periods: Any) -> Any:
    db.session.execute(text("SELECT nothing FROM nowhere"))


def endless(periods: Any) -> Any:
    endless_query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i % 9 + 1 FROM n)"
    db.session.execute(text(f"{endless_query} SELECT count(*) FROM n"))


def test_it_leaves_out_cards_that_fail(app, carol, monkeypatch):
    monkeypatch.setattr(cards, "CARD_TIMEOUT_SECONDS", 0.05)
    with recording_app(app) as made:
        made.extensions["admin_cards"] = {
            "broken": admin.Card("broken", "Broken", broken, "admin"),
            "endless": admin.Card("endless", "Endless", endless, "admin"),
            **made.extensions["admin_cards"],
        }
        page = open_session(made, carol).get("/admin/")
        assert page.status_code == 200
        texts = shown(page.text)
        assert "Unavailable right now" in texts.pop("broken")
        assert "Unavailable right now" in texts.pop("endless")
        assert texts
        assert "Unavailable right now" not in " ".join(texts.values())
        recorded = rows(made, store.exception)
        assert [exception.endpoint for exception in recorded] == ["admin.index"] * 2


def test_it_shows_staff_what_they_may_see(sam, sign_in, grant):
    browser = sign_in(sam)
    assert set(shown(browser.get("/admin/").text)) == {"events", "sign-ups", "active-users"}
    grant(["operations.read"])
    texts = shown(browser.get("/admin/").text)
    assert set(texts) == {"events", "sign-ups", "active-users", "mails", "errors"}


def test_the_latest_events_are_below(alice, carol, sign_in, page):
    browser = sign_in(carol)
    browser.submit(page, {"name": "Alicia <b>"})
    for path in ("/admin/", page):
        shown = browser.get(path).text
        assert "user.edited" in shown
        assert f'<strong><a href="/admin/users/{carol.id}">' in shown
        assert "<b>" not in shown
    assert "Alicia &lt;b&gt;" in shown


def test_two_cards_of_a_name_stop_the_start(app):
    card = admin.Card("mails", "Mails", broken, "admin")
    with another_app(app) as made, pytest.raises(ConfigError, match="A card named mails already"):
        admin.add_card(made, card)


def test_rows_without_an_index_stop_the_start():
    with pytest.raises(ConfigError, match=r"user\.confirmed_at"):
        admin.series.rows(User.confirmed_at)
    admin.series.rows(AuditEvent.at)


def test_it_reads_ranges_of_an_index(app):
    periods = [(now() - timedelta(days=n + 1), now() - timedelta(days=n)) for n in range(30)]
    with app.app_context(), Plans("user") as plans:
        admin.series.rows(User.created_at)(periods)
        assert not plans.bad(SCAN)
