"""The id of a request."""

import re

import pytest

from carafe.testing.apps import another_app
from carafe.testing.http import Browser

pytestmark = pytest.mark.any_database

ID = re.compile(r"[0-9a-f]{32}")


PATHS = ["/", "/nowhere", "/members", "/livez", "/readyz", "/favicon.ico", "/broken/x"]


def test_it_is_on_every_answer_and_new_each_time(logging_app):
    browser = Browser(logging_app().test_client())
    ids = [browser.get(path).headers["X-Request-ID"] for path in PATHS * 2]
    assert len(set(ids)) == len(ids)
    assert all(ID.fullmatch(id) for id in ids)


def test_it_is_on_every_line_of_the_log(logging_app, lines):
    browser = Browser(logging_app().test_client())
    lines()
    for path in ("/", "/nowhere", "/broken/x"):
        id = browser.get(path).headers["X-Request-ID"]
        records = lines()
        assert records
        assert {line["request_id"] for line in records} == {id}


def test_it_is_shown_with_an_error(visitor):
    answer = visitor.get("/nowhere")
    assert answer.headers["X-Request-ID"] in answer.text


def test_it_is_not_for_visitors_to_choose(visitor):
    answer = visitor.get("/", headers={"X-Request-ID": "chosen-by-the-visitor"})
    assert ID.fullmatch(answer.headers["X-Request-ID"])


ACCEPTED = ["4bf92f3577b34da6a3ce929d0e0e4736", "c0ffee_-C0FFEE"]
REFUSED = ["short", "x" * 65, "<script>alert</script>", "a b c d e f", "abcdefgh\tx", ""]


def test_it_is_the_proxys_where_there_is_one(app):
    with another_app(app, TRUSTED_PROXIES=1) as made:
        client = made.test_client()
        for sent_id in ACCEPTED + REFUSED:
            id = client.get("/", headers={"X-Request-ID": sent_id}).headers["X-Request-ID"]
            if sent_id in ACCEPTED:
                assert id == sent_id
            else:
                assert ID.fullmatch(id), sent_id
