"""Several come back from the provider at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select

from carafe.auth.models import LinkedAccount
from carafe.database import db
from carafe.testing.providers import authorize, make_journey, start_journey
from carafe.testing.two_factor import is_logged_in
from carafe.tests.site.settings import HOME

MANY = 8
PAGE = "/account/connections"


def at_once(*calls):
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def returning(browser, page="/auth/login", provider="acme"):
    path = authorize(start_journey(browser, provider, page))
    return lambda: browser.get(path)


def test_they_make_one_account(browser, all_emails, connections):
    browsers = [browser() for _ in range(MANY)]
    answers = at_once(*[returning(opened) for opened in browsers])
    assert {answer.location for answer in answers} == {HOME}
    assert all(is_logged_in(opened) for opened in browsers)
    assert all_emails() == ["frida@example.com"]
    assert len(connections()) == 1


def test_they_take_the_place_of_one_account(register, browser, all_emails, connections):
    register(browser(), email="frida@example.com")
    answers = at_once(*[returning(browser()) for _ in range(MANY)])
    assert {answer.location for answer in answers} == {HOME}
    assert all_emails() == ["frida@example.com"]
    assert len(connections()) == 1


def test_one_account_there_goes_to_one_here(alice, bob, sign_in, connections):
    answers = at_once(*[returning(sign_in(user), PAGE) for user in (alice, bob)])
    assert [answer.location for answer in answers] == [PAGE, PAGE]
    assert len(connections()) == 1


def test_an_account_here_gets_one_of_each_site(acme, alice, sign_in, connections):
    calls = []
    for number in range(2):
        acme.person["sub"] = f"acme-{number}"
        calls.append(returning(sign_in(alice), PAGE))
    person = iter([{**acme.person, "sub": f"acme-{n}"} for n in range(2)])
    id_token = acme.id_token
    acme.id_token = lambda asked: id_token(asked) | next(person)
    answers = at_once(*calls)
    assert [answer.location for answer in answers] == [PAGE, PAGE]
    assert len(connections()) == 1


@pytest.mark.parametrize("_", range(3))
def test_one_of_the_last_two_ways_in_stays(_, app, frida, connect, browser, connections):
    connect(frida, "rival-1", "rival")
    with app.app_context():
        ids = db.session.scalars(select(LinkedAccount.id).order_by(LinkedAccount.id)).all()
    forms = []
    for id in ids:
        desk = browser()
        make_journey(desk)
        forms.append((desk, desk.fill(PAGE, f"{PAGE}/{id}/delete")))
    answers = at_once(*[lambda desk=desk, form=form: desk.send(form) for desk, form in forms])
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(connections()) == 1
