"""Logging in from a device that was not seen before."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import delete, func, select

from carafe.audit import AuditEvent
from carafe.auth.models import KnownDevice, Session, device
from carafe.database import db
from carafe.testing.accounts import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEWER_FIREFOX = FIREFOX.replace("140", "152")
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) Version/18.5 Mobile/15E148 Safari/604.1"
SUBJECT = "New login from "


@pytest.fixture
def enter(browser):
    """Logs in with a device from an address."""

    def sign_in(user, agent=FIREFOX, address="203.0.113.7"):
        opened = browser()
        answer = opened.send(
            opened.fill("/auth/login"),
            {"email": user.email, "password": PASSWORD},
            headers={"User-Agent": agent},
            environ_overrides={"REMOTE_ADDR": address},
        )
        assert answer.status_code == 303, answer.text
        return opened

    return sign_in


@pytest.fixture
def warnings(mailbox):
    """The emails about new devices to someone."""
    return lambda user: [m for m in mailbox.to(user.email) if m["Subject"].startswith(SUBJECT)]


@pytest.fixture
def count_devices(app):
    def count(user):
        with app.app_context():
            devices = select(func.count()).select_from(KnownDevice)
            return db.session.scalar(devices.where(KnownDevice.user_id == user.id))

    return count


def test_it_is_mailed(alice, enter, warnings, mailbox):
    enter(alice)
    enter(alice, SAFARI, "198.51.100.1")
    [mail] = warnings(alice)
    text = mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "New login from Safari on iPhone"
    for words in ("Safari on iPhone", "198.51.100.1", "UTC", "Wasn't you?"):
        assert words in text
    assert mailbox.link(alice.email) == "/auth/reset"


def test_the_first_of_an_account_is_not(alice, enter, warnings, count_devices):
    enter(alice)
    assert warnings(alice) == []
    assert count_devices(alice) == 1


@pytest.mark.parametrize(
    ("agent", "address"),
    [(FIREFOX, "203.0.113.7"), (NEWER_FIREFOX, "203.0.113.7"), (FIREFOX, "203.0.200.1")],
    ids=["same", "updated", "another address of its network"],
)
def test_a_known_one_is_not(agent, address, alice, enter, warnings):
    enter(alice)
    enter(alice, agent, address)
    assert warnings(alice) == []


@pytest.mark.parametrize(
    ("agent", "address"),
    [
        (SAFARI, "203.0.113.7"),
        (FIREFOX, "203.1.113.7"),
        ("", "203.0.113.7"),
        (FIREFOX, "2001:db8::1"),
    ],
    ids=["browser", "network", "nameless", "IPv6"],
)
def test_another_is(agent, address, alice, enter, warnings):
    enter(alice)
    enter(alice, agent, address)
    assert len(warnings(alice)) == 1


def test_the_mail_has_no_words_of_whoever_it_warns_of(alice, enter, warnings, app):
    enter(alice)
    enter(alice, "Call 555-0100 or visit evil.example now")
    [mail] = warnings(alice)
    assert mail["Subject"] == "New login from an unknown browser"
    assert "evil" not in mail.as_string()


@pytest.mark.parametrize(
    ("address", "mails"),
    [("2001:db8:ffff::1", 0), ("2001:db9::1", 1), ("::ffff:203.0.113.7", 1)],
)
def test_it_knows_networks_of_ipv6(address, mails, alice, enter, warnings):
    enter(alice, FIREFOX, "2001:db8::1")
    enter(alice, FIREFOX, address)
    assert len(warnings(alice)) == mails


def test_an_ipv4_address_is_the_same_written_as_ipv6(alice, enter, warnings):
    enter(alice)
    enter(alice, FIREFOX, "::ffff:203.0.113.9")
    assert warnings(alice) == []


def test_it_is_known_from_then_on(alice, enter, warnings):
    enter(alice)
    for _ in range(3):
        enter(alice, SAFARI)
    assert len(warnings(alice)) == 1


def test_it_is_known_for_nobody_else(alice, bob, enter, warnings):
    for user in (alice, bob):
        enter(user)
    enter(bob, SAFARI)
    enter(alice, SAFARI)
    assert len(warnings(alice)) == len(warnings(bob)) == 1


def test_it_is_audited(app, alice, enter):
    enter(alice)
    enter(alice, SAFARI, "198.51.100.1")
    with app.app_context():
        columns = AuditEvent.subject, AuditEvent.details, AuditEvent.address
        rows = db.session.execute(select(*columns).where(AuditEvent.action == "device.added"))
        assert [tuple(row) for row in rows] == [
            (alice.subject, {"device": "Safari on iPhone"}, "198.51.100.1")
        ]


def test_a_wrong_password_is_not(alice, enter, browser, warnings):
    enter(alice)
    fields = {"email": alice.email, "password": "wrong, but long enough"}
    browser().submit("/auth/login", fields, headers={"User-Agent": SAFARI})
    assert warnings(alice) == []


def test_it_knows_the_devices_of_sessions_from_before(app, alice, enter, warnings, count_devices):
    enter(alice)
    enter(alice, SAFARI)
    with app.app_context():
        db.session.execute(delete(KnownDevice))  # as before an update
        db.session.commit()
    before = len(warnings(alice))
    enter(alice)
    enter(alice, SAFARI)
    assert len(warnings(alice)) == before
    assert count_devices(alice) == 2
    enter(alice, "curl/8.0")
    assert len(warnings(alice)) == before + 1


def test_it_notices_a_stranger_also_right_after_an_update(app, alice, enter, warnings):
    enter(alice)
    with app.app_context():
        db.session.execute(delete(KnownDevice))
        db.session.commit()
    enter(alice, SAFARI)
    assert len(warnings(alice)) == 1


def test_it_remembers_the_newest(alice, enter, warnings, count_devices, monkeypatch):
    monkeypatch.setattr(device, "MAX_DEVICES", 3)
    enter(alice)
    for number in range(5):
        enter(alice, FIREFOX, f"10.{number}.0.1")
    assert count_devices(alice) == 3
    assert len(warnings(alice)) == 5
    enter(alice, FIREFOX, "10.4.0.1")
    assert len(warnings(alice)) == 5
    enter(alice)
    assert len(warnings(alice)) == 6, "the oldest is new again"


def test_many_at_once_are_told_once(app, alice, enter, browser, warnings):
    enter(alice)
    browsers = [browser() for _ in range(8)]
    forms = [opened.fill("/auth/login") for opened in browsers]
    barrier = Barrier(len(browsers))

    def use(number):
        barrier.wait()
        fields = {"email": alice.email, "password": PASSWORD}
        headers = {"User-Agent": SAFARI}
        return browsers[number].send(forms[number], fields, headers=headers).status_code

    with ThreadPoolExecutor(len(browsers)) as threads:
        statuses = list(threads.map(use, range(len(browsers))))
    assert statuses == [303] * len(browsers)
    assert len(warnings(alice)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Session)) == 9


def test_the_mail_escapes_what_a_device_calls_itself(alice, enter, warnings):
    enter(alice)
    enter(alice, "<b>x</b>\u00e4")
    html = warnings(alice)[0].get_body(("html",)).get_content()
    assert "<b>x" not in html
