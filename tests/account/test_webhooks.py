"""The pages of webhooks."""

import base64
import json
import re
from zipfile import ZipFile

import pytest
from sqlalchemy import func, select

from carafe.audit import AuditEvent
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.personal_data import build_archive
from carafe.webhooks import MAX_ENDPOINTS
from carafe.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.site import EVENT

PAGE = "/account/webhooks"
TEST = "webhook.test"


@pytest.fixture
def type():
    return EVENT


@pytest.fixture
def hook(alice, add_webhook, receiver, type):
    return add_webhook(alice, receiver.hook_url, type)


def find(app, id):
    with app.app_context():
        return db.session.get_one(WebhookEndpoint, id)


def secret_on(page):
    [text] = re.findall(r"whsec_[\w+/=]+", page.text)
    return base64.b64decode(text.removeprefix("whsec_"))


def send(browser, path, action):
    return browser.post(f"{path}/{action}", {"csrf_token": browser.token()})


def test_it_adds_one_and_shows_the_secret_once(app, alice, sign_in, mailbox, type):
    browser = sign_in(alice)
    assert "No webhooks yet" in browser.get(PAGE).text
    fields = {"url": " https://Example.org/hook ", "events": [type], "description": "CRM"}
    page = browser.submit(f"{PAGE}/new", fields)
    assert page.status_code == 200
    secret = secret_on(page)
    listed = browser.get(PAGE).text
    assert "https://example.org/hook" in listed
    assert "CRM" in listed
    [path] = re.findall(r'href="(/account/webhooks/\d+)"', listed)
    assert "whsec_" not in listed + browser.get(path).text
    assert secret not in find(app, int(path.rpartition("/")[2])).secret
    run_due(app)
    assert "Webhook added" in str(mailbox.to(alice.email)[-1])
    with app.app_context():
        details = db.session.scalar(
            select(AuditEvent.details).where(AuditEvent.action == "webhook.created")
        )
    assert details == {"host": "https://example.org", "events": type}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "Enter a URL."),
        ("http://example.org/", "Use a URL that starts with https://."),
        ("https://user:pass@example.org/", "Remove the username and password"),
        ("https://192.168.1.1/", "reached from the internet"),
        ("https://localhost/", "reached from the internet"),
    ],
)
def test_it_refuses_other_urls(alice, sign_in, type, url, reason):
    page = sign_in(alice).submit(f"{PAGE}/new", {"url": url, "events": [type]})
    assert page.status_code == 422
    assert reason in page.text


def test_it_needs_an_event_that_exists(alice, sign_in):
    browser, url = sign_in(alice), "https://example.org/"
    assert browser.submit(f"{PAGE}/new", {"url": url}).status_code == 422
    page = browser.submit(f"{PAGE}/new", {"url": url, "events": ["moon.landed"]})
    assert page.status_code == 422


def test_it_adds_so_many_and_no_more(alice, sign_in, add_webhook, type):
    for _ in range(MAX_ENDPOINTS):
        add_webhook(alice, "https://example.org/", type)
    fields = {"url": "https://example.org/", "events": [type]}
    page = sign_in(alice).submit(f"{PAGE}/new", fields)
    assert page.status_code == 422
    assert f"You have {MAX_ENDPOINTS} webhooks, the most allowed." in page.text


def test_it_changes_one(app, alice, sign_in, hook, type):
    browser, path = sign_in(alice), f"{PAGE}/{hook.id}"
    fields = {"url": "https://example.org/new", "events": [type], "description": "New"}
    assert browser.submit(f"{path}/edit", fields).location == path
    endpoint = find(app, hook.id)
    assert (endpoint.url, endpoint.description) == ("https://example.org/new", "New")


def test_it_tests_one_and_lists_the_delivery(app, alice, sign_in, hook, receiver):
    browser = sign_in(alice)
    receiver.answer((500, {}, b"<b>broken</b>"))
    path = browser.submit(f"{PAGE}/{hook.id}", action=f"{PAGE}/{hook.id}/test").location
    assert "No attempts yet" in browser.get(path).text
    run_due(app)
    page = browser.get(path).text
    assert "500" in page
    assert "&lt;b&gt;broken&lt;/b&gt;" in page
    assert "Retrying" in browser.get(f"{PAGE}/{hook.id}").text
    [call] = receiver.calls
    hook.verify(call)
    assert receiver.received()[0]["type"] == TEST


def test_it_sends_again_with_the_same_id(app, alice, sign_in, hook, receiver):
    browser = sign_in(alice)
    path = browser.submit(f"{PAGE}/{hook.id}", action=f"{PAGE}/{hook.id}/test").location
    run_due(app)
    assert "Delivered" in browser.get(path).text
    assert browser.submit(path, action=f"{path}/resend").location == path
    run_due(app)
    first, second = receiver.received()
    assert first == second


def test_it_pauses_and_resumes(app, alice, sign_in, hook, receiver):
    browser, path = sign_in(alice), f"{PAGE}/{hook.id}"
    browser.submit(path, action=f"{path}/pause")
    assert "You paused this webhook" in browser.get(path).text
    send(browser, path, "test")
    run_due(app)
    assert receiver.calls == []
    browser.submit(path, action=f"{path}/resume")
    run_due(app)
    assert len(receiver.calls) == 1


def test_both_secrets_sign_for_a_day(app, alice, sign_in, hook, receiver, stopped_clock):
    browser, path = sign_in(alice), f"{PAGE}/{hook.id}"
    new = secret_on(browser.submit(path, action=f"{path}/secret"))
    old = hook.key
    send(browser, path, "test")
    run_due(app)
    for hook.key in (old, new):
        hook.verify(receiver.calls[0])
    stopped_clock.pass_time(hours=25)
    with app.app_context():
        [id] = db.session.scalars(select(WebhookDelivery.id))
    browser = sign_in(alice)
    browser.submit(f"{PAGE}/deliveries/{id}", action=f"{PAGE}/deliveries/{id}/resend")
    run_due(app)
    hook.verify(receiver.calls[1])
    hook.key = old
    with pytest.raises(AssertionError):
        hook.verify(receiver.calls[1])


def test_it_deletes_one_with_its_deliveries(app, alice, sign_in, hook):
    browser, path = sign_in(alice), f"{PAGE}/{hook.id}"
    send(browser, path, "test")
    assert browser.submit(path, action=f"{path}/delete").location == PAGE
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(WebhookDelivery)) == 0
    run_due(app)


def test_somebody_elses_do_not_exist(app, alice, bob, sign_in, hook):
    send(sign_in(alice), f"{PAGE}/{hook.id}", "test")
    with app.app_context():
        [delivery] = db.session.scalars(select(WebhookDelivery.id))
    browser = sign_in(bob)
    for path in (f"{PAGE}/{hook.id}", f"{PAGE}/{hook.id}/edit", f"{PAGE}/deliveries/{delivery}"):
        assert browser.get(path).status_code == 404
    for action in ("test", "pause", "resume", "secret", "delete", "edit"):
        assert send(browser, f"{PAGE}/{hook.id}", action).status_code in (404, 422)
    assert send(browser, f"{PAGE}/deliveries/{delivery}", "resend").status_code == 404
    assert find(app, hook.id).paused_at is None


def test_the_export_has_them_without_secrets(app, alice, hook, receiver):
    with app.app_context(), build_archive(alice.id) as file, ZipFile(file) as archive:
        [row] = json.loads(archive.read("webhooks.json"))
    assert row["url"] == receiver.hook_url
    assert not [name for name in row if "secret" in name]
