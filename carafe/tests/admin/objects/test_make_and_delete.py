"""Rows made and deleted by hand."""

import pytest

from carafe.auth.models import LinkedAccount
from carafe.tests.site.models import User

NEW = "/admin/links/new"
FIELDS = {"provider": "acme", "subject": "s1", "label": "alice@acme.example"}


@pytest.mark.parametrize("by", ["number", "address"])
def test_it_is_made_for_who_is_named_by_number_or_address(by, admins, alice, stored):
    owner = {"number": str(alice.id), "address": "Alice@Example.com"}[by]
    answer = admins.carol.submit(NEW, FIELDS | {"user_id": owner})
    assert answer.status_code == 303
    [(id, user_id)] = stored(LinkedAccount.id, LinkedAccount.user_id)
    assert (answer.location, user_id) == (f"/admin/links/{id}", alice.id)
    page = admins.carol.get(answer.location).text
    assert f"/admin/users/{alice.id}" in page
    assert "alice@acme.example" in page


@pytest.mark.parametrize("named", ["nobody@example.com", "0", "9" * 30, "%", "a\0b", "alic"])
def test_it_is_not_made_for_who_is_nobody(named, admins, alice, stored):
    answer = admins.carol.submit(NEW, FIELDS | {"user_id": named})
    assert answer.status_code == 422
    assert "No such user" in answer.text
    assert stored(LinkedAccount.id) == []


def test_it_is_not_made_for_one_of_several(admins, make_user, stored):
    for n in range(2):
        make_user(f"sam{n}@example.com", name="Sam")
    answer = admins.carol.submit(NEW, FIELDS | {"user_id": "Sam"})
    assert answer.status_code == 422
    assert "Enter the ID." in answer.text


def test_the_same_form_sent_twice_makes_one(admins, alice, stored):
    form = admins.carol.fill(NEW)
    fields = FIELDS | {"user_id": alice.email}
    answers = [admins.carol.send(form, fields) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    assert len(stored(LinkedAccount.id)) == 1


def test_it_says_which_field_another_row_has_already(admins, alice, bob, link, stored):
    link(bob, "acme")
    answer = admins.carol.submit(NEW, FIELDS | {"user_id": alice.email, "subject": "acme"})
    assert answer.status_code == 422
    assert "Already in use." in answer.text
    assert len(stored(LinkedAccount.id)) == 1
    id = link(alice, "other")
    answer = admins.carol.submit(f"/admin/links/{id}", {"provider": "acme", "subject": "acme"})
    assert answer.status_code == 422
    assert "Already in use." in answer.text


def test_its_history_tells_no_private_value(admins, alice, link, events):
    id = link(alice, "acme", "before")
    path = f"/admin/links/{id}"
    admins.carol.submit(path, {"label": "after"})
    assert events("linked_account.edited")[0][2] == {"changes": {"label": None}}
    assert "Label: changed (private)" in admins.carol.get(path).text


def test_it_is_deleted_after_a_page_that_asks(admins, alice, link, stored, events):
    id = link(alice, "acme", "Of Alice")
    ask = f"/admin/links/{id}/delete"
    page = admins.carol.get(ask).text
    assert "Delete Of Alice" in page
    assert "Nothing else is deleted." in page
    assert len(stored(LinkedAccount.id)) == 1
    form = admins.oscar.fill(ask)
    answer = admins.carol.submit(ask)
    assert (answer.status_code, answer.location) == (303, "/admin/links/")
    assert stored(LinkedAccount.id) == []
    assert events("linked_account.deleted") == [("carol@example.com", f"linked_account:{id}", {})]
    assert admins.oscar.send(form).status_code == 404


def test_it_says_what_goes_with_a_user(admins, alice, link):
    for n in range(3):
        link(alice, f"p{n}")
    page = admins.carol.get(f"/admin/users/{alice.id}/delete").text
    assert "Linked accounts</dt><dd>3</dd>" in page


def test_it_counts_no_further_than_it_must(admins, alice, link, monkeypatch):
    monkeypatch.setattr("carafe.admin.objects.cascades.COUNT_LIMIT", 2)
    for n in range(4):
        link(alice, f"p{n}")
    assert "<dd>2+</dd>" in admins.carol.get(f"/admin/users/{alice.id}/delete").text


def test_it_forgets_in_its_history_whose_address_it_named(admins, alice, bob, link, events, stored):
    id = link(bob, "acme")
    admins.carol.submit(f"/admin/links/{id}", {"subject": alice.email})
    assert events("linked_account.edited")[0][2] == {"changes": {"subject": ["acme", alice.email]}}
    admins.carol.submit(f"/admin/links/{id}", {"subject": f"the one of {alice.email}"})
    assert events("linked_account.edited")[1][2] == {"changes": {"subject": None}}
    admins.carol.submit(f"/admin/users/{alice.id}/delete")
    assert alice.email not in str(events("linked_account.edited"))
    assert alice.email not in stored(User.email)
