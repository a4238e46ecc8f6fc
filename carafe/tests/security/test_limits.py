"""How often one may try."""

import pytest

from carafe.auth import passwords
from carafe.testing.accounts import PASSWORD
from carafe.testing.clock import later
from carafe.testing.http import Browser

pytestmark = pytest.mark.any_database

WRONG = "a wrong one"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Counting is the point here, not hashing."""
    monkeypatch.setattr(
        passwords,
        "verify",
        lambda stored_hash, candidate: bool(stored_hash) and candidate == PASSWORD,
    )


@pytest.fixture
def send(browser):
    """Sends a form as from an address of a network; the status, or the whole answer."""
    logged_out: list[tuple[Browser, str]] = []  # with their tokens

    def post(path, fields, address="203.0.113.1", read_all=False):
        opened, token = logged_out.pop() if logged_out else open_browser()
        answer = opened.post(
            path, {"csrf_token": token} | fields, environ_overrides={"REMOTE_ADDR": address}
        )
        if answer.status_code != 303:
            logged_out.append((opened, token))
        return answer if read_all else answer.status_code

    def open_browser():
        opened = browser()
        return opened, opened.token()

    return post


def log_in(send, email, password=WRONG, **options):
    return send("/auth/login", {"email": email, "password": password}, **options)


def test_log_in_stops_after_failures_for_one_address_typed(alice, send):
    typed = [alice.email, "ALICE@example.com", " Alice@Example.com "]
    statuses = [log_in(send, typed[n % 3]) for n in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    # Not even the right password, or guessing would go on.
    assert log_in(send, alice.email, PASSWORD) == 429


def test_log_in_stops_for_unknown_addresses_alike(alice, send):
    counts = [
        [log_in(send, email, address=address) for _ in range(12)].index(429)
        for email, address in ((alice.email, "198.51.100.1"), ("nobody@example.com", "192.0.2.1"))
    ]
    assert counts[0] == counts[1]


def test_log_in_stops_after_failures_by_one_client(alice, send):
    statuses = [log_in(send, f"user{n}@example.com") for n in range(25)]
    assert statuses == [422] * 20 + [429] * 5
    assert log_in(send, alice.email, PASSWORD) == 429
    assert log_in(send, alice.email, PASSWORD, address="192.0.2.1") == 303


def test_log_in_says_when_to_try_again(app, alice, send):
    for _ in range(10):
        log_in(send, alice.email)
    answer = log_in(send, alice.email, read_all=True)
    assert answer.status_code == 429
    seconds = int(answer.headers["Retry-After"])
    assert 60 < seconds <= 15 * 60
    assert f"again in {seconds} seconds" in answer.text
    later(app, seconds=seconds)
    assert log_in(send, alice.email, PASSWORD) == 303


def test_waiting_is_not_prolonged_by_trying(app, alice, send):
    for _ in range(12):
        log_in(send, alice.email)
    later(app, minutes=14)
    assert log_in(send, alice.email) == 429
    later(app, minutes=1)
    assert log_in(send, alice.email, PASSWORD) == 303


def test_good_log_ins_do_not_count(alice, send):
    assert [log_in(send, alice.email, PASSWORD) for _ in range(21)] == [303] * 21


def test_good_log_ins_give_back_no_failures(alice, bob, send):
    statuses = []
    for n in range(25):  # between the guesses the attacker logs in to an account of their own
        statuses.append(log_in(send, f"victim{n}@example.com"))
        if statuses[-1] == 422 and n < 19:
            assert log_in(send, bob.email, PASSWORD) == 303
    assert statuses == [422] * 20 + [429] * 5


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.1", "203.0.113.1", True),
        ("::ffff:203.0.113.1", "::ffff:203.0.113.2", False),
        ("203.0.113.1", "203.0.113.2", False),
        ("2002:cb00:7101::1", "203.0.113.1", True),  # 6to4
        ("2002:cb00:7101:1::1", "2002:cb00:7102:1::1", False),
        ("64:ff9b::203.0.113.1", "203.0.113.1", True),  # NAT64
        ("64:ff9b::203.0.113.1", "64:ff9b::203.0.113.2", False),
        ("2001:0:4136:e378:8000:63bf:34ff:8efe", "203.0.113.1", True),  # Teredo
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(first, second, same, send):
    for n in range(20):
        log_in(send, f"user{n}@example.com", address=first)
    assert log_in(send, "last@example.com", address=first) == 429
    assert log_in(send, "another@example.com", address=second) == (429 if same else 422)


@pytest.mark.parametrize(
    ("network", "allowed"),
    [("2001:db8:1:2::{:x}", 20), ("2001:db8:1:{:x}::1", 30), ("2001:db8:1:{:x}00::1", 40)],
    ids=["/64", "/56", "/48"],
)
def test_a_network_of_ipv6_has_a_limit_of_its_own(network, allowed, send):
    statuses = [
        log_in(send, f"user{n}@example.com", address=network.format(n + 1)) for n in range(45)
    ]
    assert statuses == [422] * allowed + [429] * (45 - allowed)
    assert log_in(send, "last@example.com", address="2001:db8:2::1") == 422


def test_who_is_refused_for_a_wide_network_has_spent_nothing_of_their_own(app, send):
    for n in range(40):
        log_in(send, f"user{n}@example.com", address=f"2001:db8:1:{n + 1:x}00::1")
    for _ in range(25):
        assert log_in(send, "bob@example.com", address="2001:db8:1:2::1") == 429
    later(app, minutes=15)
    assert log_in(send, "bob@example.com", address="2001:db8:1:2::1") == 422


@pytest.mark.parametrize("page", ["/auth/register", "/auth/reset", "/auth/confirm"])
def test_other_forms_stop_by_client(page, app, send):
    def ask(n, **options):
        fields = {"email": f"user{n}@example.com", "password": "long enough to be one"}
        return send(page, fields, **options)

    with app.app_context():
        spent = [limit for limit in limits() if limit.name == page.rpartition("/")[2]]
        spent = spent or [limit for limit in limits() if limit.name == "resend"]
        [limit] = spent
    assert limit.amount <= 60
    with app.test_request_context(environ_overrides={"REMOTE_ADDR": "203.0.113.1"}):
        for _ in range(limit.amount - 1):
            limit.spend("203.0.113.1")
    assert ask(1) == 303
    answer = ask(2, read_all=True)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 3600
    # The limit holds before the form is validated.
    assert send(page, {"email": "no address", "password": "x"}) == 429
    assert ask(3, address="192.0.2.1") == 303
    later(app, hours=1)
    assert ask(4) == 303


def limits():
    from carafe.auth.accounts import confirmation, registration, reset

    return [registration.REGISTRATIONS, reset.RESETS, confirmation.RESENDS]


def test_refused_forms_of_registration_do_not_count(send):
    fields = {"email": "a@example.com", "password": "short"}
    assert {send("/auth/register", fields) for _ in range(65)} == {422}
