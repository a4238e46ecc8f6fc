"""The id of a request."""

import re

import pytest

from carafe.testing.apps import another_app
from carafe.testing.http import Browser

ID = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize(
    "path", ["/", "/nowhere", "/members", "/livez", "/readyz", "/favicon.ico", "/broken/x"]
)
def test_it_is_on_every_answer_and_new_each_time(path, logging_app):
    browser = Browser(logging_app().test_client())
    ids = [browser.get(path).headers["X-Request-ID"] for _ in range(3)]
    assert len(set(ids)) == 3
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


@pytest.mark.parametrize(
    ("sent_id", "is_kept"),
    [
        ("4bf92f3577b34da6a3ce929d0e0e4736", True),
        ("c0ffee_-C0FFEE", True),
        ("short", False),
        ("x" * 65, False),
        ("<script>alert</script>", False),
        ("a b c d e f", False),
        ("abcdefgh\tx", False),
        ("", False),
    ],
)
def test_it_is_the_proxys_where_there_is_one(sent_id, is_kept, app):
    with another_app(app, TRUSTED_PROXIES=1) as made:
        answer = made.test_client().get("/", headers={"X-Request-ID": sent_id})
        assert (answer.headers["X-Request-ID"] == sent_id) is is_kept
        assert ID.fullmatch(answer.headers["X-Request-ID"]) or is_kept
