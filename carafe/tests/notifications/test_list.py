"""One's own notifications: seen, read, deleted, and nobody else's."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from carafe import personal_data
from carafe.database import db
from carafe.notifications import notify
from carafe.notifications.models import notification
from carafe.testing.lists import neighbor

PAGE = "/account/notifications/"


def test_it_shows_what_one_was_told_newest_first(alice, sign_in, notify_user):
    notify_user(alice, "The first", "With <b>text</b>.")
    notify_user(alice, "The second")
    page = sign_in(alice).get(PAGE).text
    assert page.index("The second") < page.index("The first")
    assert "With &lt;b&gt;text&lt;/b&gt;." in page
    assert page.count(">New<") == 2


def test_it_shows_nothing_of_others(alice, bob, sign_in, notify_user, bell):
    notify_user(bob, "Between us")
    browser = sign_in(alice)
    assert "Between us" not in browser.get(PAGE).text
    assert bell(browser) == "Notifications"


def test_it_counts_what_is_unread_on_every_page(
    alice, sign_in, notify_user, bell, notification_ids
):
    browser = sign_in(alice)
    notify_user(alice, "One")
    assert bell(browser) == "1 unread notification"
    notify_user(alice, "Two")
    assert bell(browser, "/") == "2 unread notifications"
    browser.submit(PAGE, action=f"{PAGE}{notification_ids()[0]}/read")
    assert bell(browser) == "1 unread notification"
    browser.submit(PAGE, action=f"{PAGE}{notification_ids()[1]}/delete")
    assert bell(browser) == "Notifications"


def test_it_counts_to_99(app, alice, sign_in, bell):
    with app.app_context():
        for _ in range(100):
            notify(alice.id, "Again")
        db.session.commit()
    browser = sign_in(alice)
    assert bell(browser) == "99+ unread notifications"
    assert ">99+<" in browser.get("/").text


def test_it_leads_where_the_notification_does(alice, sign_in, notify_user, notification_ids, bell):
    notify_user(alice, "Look at this", url="/things/?q=this")
    browser = sign_in(alice)
    answer = browser.submit(PAGE, action=f"{PAGE}{notification_ids()[0]}/read")
    assert (answer.status_code, answer.location) == (303, "/things/?q=this")
    assert bell(browser) == "Notifications"
    assert 'href="/things/?q=this"' in browser.get(PAGE).text


@pytest.mark.parametrize("url", ["https://evil.example", "//evil.example", "notes", "/\\evil"])
def test_it_leads_nowhere_else(url, app, alice):
    with app.app_context(), pytest.raises(ValueError, match="must be a local path"):
        notify(alice.id, "Look at this", url=url)


def test_it_leads_to_no_path_that_is_too_long(app, alice):
    with app.app_context(), pytest.raises(ValueError, match="longer than 300 characters"):
        notify(alice.id, "Look at this", url="/" + "x" * 300)


def test_it_leaves_out_what_no_database_takes(alice, notify_user, notification_titles):
    notify_user(alice, "Half \0 a \ud800 name", "\0")
    assert notification_titles(alice) == ["Half  a ? name"]


def test_it_stays_where_the_notification_leads_nowhere(
    alice, sign_in, notify_user, notification_ids
):
    notify_user(alice, "So much for that")
    answer = sign_in(alice).submit(PAGE, action=f"{PAGE}{notification_ids()[0]}/read")
    assert answer.location == PAGE


def test_it_marks_as_read_what_was_on_the_page(alice, sign_in, notify_user, bell):
    notify_user(alice, "One")
    notify_user(alice, "Two")
    browser = sign_in(alice)
    form = browser.fill(PAGE, f"{PAGE}read")
    notify_user(alice, "Came meanwhile")
    assert browser.send(form).status_code == 303
    assert bell(browser) == "1 unread notification"


def test_it_marks_nothing_as_read_for_nonsense(alice, sign_in, notify_user, bell):
    notify_user(alice, "One")
    browser = sign_in(alice)
    form = browser.fill(PAGE, f"{PAGE}read")
    for newest in ("", "x", "-1", str(2**63)):
        assert browser.send(form, {"newest": newest}).status_code == 422, newest
    assert bell(browser) == "1 unread notification"


def test_it_marks_nothing_of_others(alice, bob, sign_in, notify_user, bell):
    notify_user(alice, "For Alice")
    notify_user(bob, "For Bob")
    sign_in(bob).submit(PAGE, action=f"{PAGE}read")
    assert bell(sign_in(alice)) == "1 unread notification"


def test_it_has_pages(app, alice, sign_in):
    with app.app_context():
        for number in range(25):
            notify(alice.id, f"Number {number}.")
        db.session.commit()
    browser = sign_in(alice)
    first = browser.get(PAGE).text
    second = browser.get(neighbor(first, "next")).text
    assert [n for n in range(25) if f"Number {n}." in second] == [0, 1, 2, 3, 4]
    assert "hx-trigger" in first.partition("<main")[2]
    # What is new belongs on the first.
    assert "hx-trigger" not in second.partition("<main")[2]


def test_it_tells_once_what_has_a_key(alice, bob, notify_user, notification_titles):
    for user in (alice, alice, bob):
        notify_user(user, "Ready", key="export:7")
    assert notification_titles(alice) == notification_titles(bob) == ["Ready"]


def test_it_tells_once_when_asked_twice_at_once(app, alice, notify_user, notification_titles):
    with app.app_context(), ThreadPoolExecutor(1) as pool:
        notify(alice.id, "Ready", key="export:7")
        second = pool.submit(notify_user, alice, "Ready", key="export:7")
        wait([second], 0.2)  # for it to come as far as it can
        db.session.commit()
        second.result()
    assert notification_titles(alice) == ["Ready"]


def test_it_cuts_what_is_too_long(alice, sign_in, notify_user):
    notify_user(alice, "T" * 500, "B" * 5000)
    page = sign_in(alice).get(PAGE).text
    assert "T" * 199 + "…" in page
    assert "B" * 999 + "…" in page


def test_it_keeps_the_newest(app, alice, bob, notification_titles, notify_user, monkeypatch):
    monkeypatch.setattr(notification, "MAX_PER_USER", 5)
    notify_user(bob, "The only one")
    with app.app_context():
        for number in range(10):
            notify(alice.id, f"{number}")
        db.session.commit()
    assert notification_titles(alice) == [str(number) for number in range(5, 10)]
    assert notification_titles(bob) == ["The only one"]


def test_it_tells_nothing_that_did_not_happen(app, alice, notification_titles):
    with app.app_context():
        notify(alice.id, "Saved")
        db.session.rollback()
    assert notification_titles(alice) == []


def test_it_tells_nobody_who_is_gone(app, alice):
    with app.app_context():
        assert notify(alice.id + 100, "Are you there?") is False
        db.session.commit()


def test_it_is_among_ones_own_data(app, alice, bob, notify_user):
    notify_user(alice, "For Alice", "In detail.")
    notify_user(bob, "For Bob")
    with app.app_context():
        packed = personal_data.build_archive(alice.id)
    with packed, zipfile.ZipFile(packed) as archive:
        [exported] = json.loads(archive.read("notifications.json"))
    assert (exported["title"], exported["body"], exported["read_at"]) == (
        "For Alice",
        "In detail.",
        None,
    )


def test_it_goes_with_the_account(alice, carol, sign_in, notify_user, notification_ids):
    notify_user(alice, "Soon gone")
    sign_in(carol).submit(f"/admin/users/{alice.id}/delete")
    assert notification_ids() == []
