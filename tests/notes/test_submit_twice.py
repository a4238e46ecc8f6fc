"""The same form sent twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from carafe.testing.lists import ids
from carafe.testing.live_browser import LiveBrowser

SENDERS = 8
PASSWORD = "carafe under the apple tree"


def test_it_makes_one_note(alice, sign_in, stored):
    browser = sign_in(alice)
    form = browser.fill("/notes/new")
    first = browser.send(form, {"title": "Roof"})
    second = browser.send(form, {"title": "Roof"})
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert stored() == [("Roof", "", 1)]


def test_it_loses_nothing_when_the_text_was_changed_in_between(alice, sign_in, stored):
    browser = sign_in(alice)
    form = browser.fill("/notes/new")
    first = browser.send(form, {"title": "Roof", "body": "two offers"})
    second = browser.send(form, {"title": "Roof", "body": "three offers"})
    assert first.location != second.location
    assert [body for _, body, _ in stored()] == ["two offers", "three offers"]


def test_it_makes_two_of_two_forms(alice, sign_in, stored):
    browser = sign_in(alice)
    for _ in range(2):
        browser.submit("/notes/new", {"title": "Roof"})
    assert len(stored()) == 2


def test_it_does_not_open_the_note_of_somebody_else(alice, bob, sign_in, stored):
    first = sign_in(alice)
    form = first.fill("/notes/new")
    first.send(form, {"title": "Roof"})
    other = sign_in(bob)
    token = other.fill("/notes/new").fields["csrf_token"]
    answer = other.send(form, {"title": "Roof", "csrf_token": token})
    assert answer.status_code == 303
    assert other.get(answer.location).status_code == 200
    assert len(stored()) == 2


def test_it_answers_odd_submissions(alice, sign_in, stored):
    browser = sign_in(alice)
    for odd in ("", "\0", "x" * 10_000, "ä' OR 1=1"):
        answer = browser.submit("/notes/new", {"title": "Roof", "submission": odd})
        assert answer.status_code in (303, 422), odd
    assert {title for title, _, _ in stored()} == {"Roof"}


def send_at_once(browser, form, changes):
    """The answers to `form` sent by several threads at the same instant, one change each."""
    together = Barrier(len(changes))

    def send(change):
        copy = LiveBrowser(browser.url)
        for cookie in browser.jar:
            copy.jar.set_cookie(cookie)
        together.wait()
        return copy.send(form, change)

    with ThreadPoolExecutor(len(changes)) as pool:
        return list(pool.map(send, changes))


def test_it_makes_one_note_of_many_at_once(running, email):
    running.flask("user", "create", email, "--password", PASSWORD)
    browser = LiveBrowser(running.url)
    browser.submit("/auth/login", {"email": email, "password": PASSWORD})

    form = browser.fill("/notes/new")
    answers = send_at_once(browser, form, [{"title": "Roof"}] * SENDERS)
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.location for answer in answers}) == 1
    assert len(ids(browser.get("/notes/").text, "/notes/")) == 1

    # Of many who edit one version, one saves; each other reads whose text came first.
    note = answers[0].location
    form = browser.fill(f"{note}/edit")
    titles = [{"title": f"Title {number}"} for number in range(SENDERS)]
    answers = send_at_once(browser, form, titles)
    assert sorted(answer.status_code for answer in answers) == [303] + [409] * (SENDERS - 1)
    saved = next(t["title"] for t, a in zip(titles, answers, strict=True) if a.status_code < 400)
    assert browser.fill(f"{note}/edit").fields["title"] == saved
    for change, answer in zip(titles, answers, strict=True):
        if answer.status_code == 409:
            assert saved in answer.text
            kept = browser.form(answer, f"{note}/edit", f"{note}/edit")
            assert kept.fields["title"] == change["title"]
