"""Numbers with their nouns."""

import pytest

from carafe.plurals import pluralize


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 rows"), (1, "1 row"), (2, "2 rows"), (1234, "1,234 rows")]
)
def test_it_adds_an_s_unless_there_is_one(number, text):
    assert pluralize(number, "row") == text
