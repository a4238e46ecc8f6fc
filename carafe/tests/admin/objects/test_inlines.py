"""Rows that belong to another one, on its page."""

import pytest

from carafe.auth.models import LinkedAccount
from carafe.database import db
from carafe.tests.site.models import User


@pytest.fixture
def path(alice):
    return f"/admin/people/{alice.id}"


@pytest.fixture
def stored_accounts(stored):
    return lambda: stored(LinkedAccount.provider, LinkedAccount.label)


def test_they_are_added_changed_and_deleted_at_once(
    admins, alice, bob, path, link, stored_accounts, events
):
    first, second = link(alice, "first"), link(alice, "second")
    link(bob, "theirs")
    page = admins.carol.get(path).text
    assert "theirs" not in page
    typed = {
        "name": "Alicia",
        f"linked_account-{first}-label": "new label",
        f"linked_account-{second}-_gone": "y",
        "linked_account-new-provider": "third",
        "linked_account-new-subject": "s",
        "linked_account-new-label": "l",
    }
    form = admins.carol.fill(path)
    form.fields["linked_account"] = [str(first), str(second)]
    assert admins.carol.send(form, typed).status_code == 303
    assert stored_accounts() == [("first", "new label"), ("theirs", "x"), ("third", "l")]
    [(_, subject, details)] = events("linked_account.edited")
    changes = {"label": ["x", "new label"]}
    assert (subject, details) == (alice.subject, {"linked_account": first, "changes": changes})
    assert "new label</ins>" in admins.carol.get(path).text


def test_nothing_of_it_is_saved_when_one_is_wrong(
    admins, alice, path, link, stored_accounts, stored
):
    id = link(alice, "first")
    typed = {"name": "Alicia", f"linked_account-{id}-label": "", "linked_account-new-provider": "p"}
    answer = admins.carol.submit(path, typed)
    assert answer.status_code == 422
    assert "Enter the label." in answer.text
    assert stored_accounts() == [("first", "x")]
    assert "Alicia" not in stored(User.name)
    typed = {"linked_account-new-provider": "first", "linked_account-new-label": "l"}
    answer = admins.carol.submit(path, typed | {"linked_account-new-subject": "s"})
    assert answer.status_code == 422
    assert "Already in use." in answer.text


def test_those_of_others_are_out_of_reach(admins, alice, bob, path, link, stored_accounts):
    theirs = link(bob, "theirs")
    form = admins.carol.fill(path)
    typed = {"linked_account": str(theirs), f"linked_account-{theirs}-label": "mine"}
    admins.carol.send(form, typed)
    admins.carol.send(form, typed | {f"linked_account-{theirs}-_gone": "y"})
    assert stored_accounts() == [("theirs", "x")]


def test_two_who_change_the_same_one_are_told(admins, alice, path, link, stored_accounts):
    name = f"linked_account-{link(alice, 'first')}-label"
    second = admins.oscar.fill(path)
    admins.carol.submit(path, {name: "Carols"})
    answer = admins.oscar.send(second, {name: "Oscars"})
    assert answer.status_code == 409
    assert stored_accounts() == [("first", "Carols")]
    second_form = admins.oscar.form(answer, path, path)
    assert second_form.fields[name] == "Oscars"
    assert admins.oscar.send(second_form).status_code == 303
    assert stored_accounts() == [("first", "Oscars")]


def test_what_was_typed_about_one_that_is_gone_is_not_lost(
    admins, app, alice, path, link, stored_accounts
):
    id = link(alice, "first")
    form = admins.carol.fill(path)
    with app.app_context():
        db.session.delete(db.session.get_one(LinkedAccount, id))
        db.session.commit()
    answer = admins.carol.send(form, {f"linked_account-{id}-label": "typed"})
    assert answer.status_code == 409
    second_form = admins.carol.form(answer, path, path)
    assert second_form.fields["linked_account-new-label"] == "typed"
    assert admins.carol.send(second_form).status_code == 303
    assert stored_accounts() == [("first", "typed")]


def test_it_shows_the_latest_and_how_many_there_are(admins, alice, path, link):
    for n in range(22):
        link(alice, f"p{n:02}")
    page = admins.carol.get(path).text
    assert "<small>22</small>" in page
    assert "p21" in page
    assert "p01" not in page
    assert f"/admin/links/?user_id={alice.id}" in page
