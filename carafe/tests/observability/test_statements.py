"""What is kept of a statement that someone put together by hand."""

import pytest

from carafe.observability.statements import normalize

HIDDEN = {
    "a word": "SELECT id FROM u WHERE pw = 'zebra'",
    "a number": "SELECT id FROM u WHERE phone=491701234567 AND id = 0x490170",
    "after an escaped quote": r"SELECT id FROM u WHERE email = E'o\'neil' AND pw = 'zebra'",
    "in dollars": "SELECT $$zebra$$, $a$ ' zebra $a$",
    "after a comment": "SELECT id -- don't\nFROM u WHERE pw = 'zebra'",
    "in a comment": "SELECT /* zebra /* or */ 'zebra' */ 1 -- zebra",
    "in the wrong quotes": 'SELECT id FROM u WHERE email = "zebra@example.com"',
    "in bytes": "SELECT id FROM u WHERE key = X'490170'",
    "that is not closed": "SELECT 'zebra",
    "in a list": "select id from u where pw in ('zebra', '490170')",
}


@pytest.mark.parametrize("what", HIDDEN)
def test_it_hides_a_value(what):
    normalized = normalize(HIDDEN[what])
    assert normalized.lower().startswith("select")
    assert "zebra" not in normalized
    assert "490170" not in normalized
    assert "491701234567" not in normalized


@pytest.mark.parametrize(
    "value", ["?", "%(a)s", "%(a)s::TIMESTAMP WITH TIME ZONE", "(?, ?)", "'x'"]
)
def test_it_is_the_same_for_any_number_of_values(value):
    normalized = {normalize(f"SELECT 1 WHERE a IN ({', '.join([value] * n)})") for n in (1, 2, 50)}
    assert len(normalized) == 1
    assert ", " in normalized.pop()


def test_it_keeps_what_an_index_of_the_app_is_for():
    assert "state = 'queued'" in normalize("SELECT id FROM job WHERE state = 'queued'")
