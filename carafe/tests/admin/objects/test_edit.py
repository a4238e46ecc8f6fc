"""A row edited on its page, by one admin and by two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest

from carafe.database import db
from carafe.tests.site.models import User


@pytest.fixture
def path(alice):
    return f"/admin/people/{alice.id}"


def test_it_saves_what_was_typed_and_says_so_in_its_history(admins, alice, path, stored, events):
    answer = admins.carol.submit(path, {"name": "Alicia", "deletes_at": "2030-01-02T03:04"})
    assert (answer.status_code, answer.location) == (303, path)
    assert ("Alicia", datetime(2030, 1, 2, 3, 4, tzinfo=UTC)) in stored(User.name, User.deletes_at)
    changes = {"name": ["Alice", "Alicia"], "deletes_at": [None, "2030-01-02 03:04:00+00:00"]}
    assert events("user.edited") == [("carol@example.com", alice.subject, {"changes": changes})]
    page = admins.oscar.get(path).text
    assert "<del>" in page
    assert "Alicia</ins>" in page


def test_it_changes_and_records_nothing_where_nothing_was_typed(admins, path, events):
    assert admins.carol.submit(path).status_code == 303
    assert events("user.edited") == []


@pytest.mark.parametrize(
    "typed",
    [
        {"name": "x" * 101},
        {"name": "a\0b"},
        {"deletes_at": "soon"},
        {"deletes_at": "0001-01-01T00:00"},
    ],
)
def test_it_says_what_is_wrong_and_keeps_what_was_typed(typed, admins, path, stored):
    answer = admins.carol.submit(path, {"time_zone": "Mars/Base"} | typed)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert "Mars/Base" in answer.text
    assert "Mars/Base" not in stored(User.time_zone)


def test_it_keeps_what_was_not_sent(admins, path, stored):
    token = admins.carol.token()
    assert admins.carol.post(path, {"csrf_token": token, "name": "Alicia"}).status_code == 303
    assert "Alicia" in stored(User.name)


def test_it_shows_both_versions_to_the_second_who_can_save_nevertheless(admins, path, stored):
    second = admins.oscar.fill(path)
    admins.carol.submit(path, {"name": "Carols"})
    answer = admins.oscar.send(second, {"name": "Oscars", "time_zone": "Europe/Berlin"})
    assert answer.status_code == 409
    for text in ("Carols", "Oscars", "Saved by <a href", "Europe/Berlin"):
        assert text in answer.text
    assert "Carols" in stored(User.name)
    second_form = admins.oscar.form(answer, path, path)
    assert second_form.fields["name"] == "Oscars"
    assert admins.oscar.send(second_form).status_code == 303
    assert "Oscars" in stored(User.name)
    assert "Europe/Berlin" in stored(User.time_zone)


def test_it_shows_a_third_version_as_well(admins, path):
    second = admins.oscar.fill(path)
    admins.carol.submit(path, {"name": "One"})
    second_form = admins.oscar.form(admins.oscar.send(second, {"name": "Oscars"}), path, path)
    admins.carol.submit(path, {"name": "Two"})
    assert admins.oscar.send(second_form).status_code == 409


def test_a_form_that_is_wrong_and_late_is_late_still_when_it_is_right(admins, path, stored):
    second = admins.oscar.fill(path)
    admins.carol.submit(path, {"name": "Carols"})
    answer = admins.oscar.send(second, {"name": "x" * 101})
    second_form = admins.oscar.form(answer, path, path)
    assert admins.oscar.send(second_form, {"name": "Oscars"}).status_code == 409
    assert "Carols" in stored(User.name)


def test_the_same_form_sent_twice_is_no_conflict(admins, path, events):
    form = admins.carol.fill(path)
    for _ in range(2):
        assert admins.carol.send(form, {"name": "Alicia"}).status_code == 303
    assert len(events("user.edited")) == 1


def test_who_changed_nothing_undoes_nobodys_work(admins, path, stored):
    second = admins.oscar.fill(path)
    admins.carol.submit(path, {"name": "Carols"})
    assert admins.oscar.send(second).status_code == 303
    assert "Carols" in stored(User.name)


def test_one_of_many_at_the_same_moment_wins(admins, path, stored, events):
    browsers = [admins.carol, admins.oscar]
    forms = [browser.fill(path) for browser in browsers]
    together = Barrier(2)

    def send(n):
        together.wait()
        return browsers[n].send(forms[n], {"name": f"N{n}"}).status_code

    with ThreadPoolExecutor(2) as threads:
        codes = list(threads.map(send, range(2)))
    assert sorted(codes) == [303, 409]
    assert f"N{codes.index(303)}" in stored(User.name)
    assert len(events("user.edited")) == 1


def test_it_is_not_changed_where_a_rule_refuses_it(admins, app, alice, path, stored):
    form = admins.carol.fill(path)
    with app.app_context():
        db.session.get_one(User, alice.id).name = "Untouchable"
        db.session.commit()
    answer = admins.carol.send(form, {"name": "Touched"})
    assert answer.status_code == 403
    assert "Hands off." in answer.text
    page = admins.carol.get(path).text
    assert "Hands off." in page
    assert 'name="time_zone"' not in page


def test_it_is_404_when_it_is_gone(admins, app, alice, path):
    form = admins.carol.fill(path)
    with app.app_context():
        db.session.delete(db.session.get_one(User, alice.id))
        db.session.commit()
    assert admins.carol.send(form, {"name": "Ghost"}).status_code == 404
    assert admins.carol.get(path).status_code == 404
