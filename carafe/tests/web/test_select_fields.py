"""Selects of the members of an enumeration, and of the rows of a query."""

import enum
import re

import pytest
from sqlalchemy import select

from carafe.tests.site.models import User
from carafe.web import EnumField, Form, QuerySelectField


class State(enum.StrEnum):
    DRAFT = "draft"
    IN_PRINT = "print"


class Size(enum.Enum):
    LARGE = 2


class BookForm(Form):
    state = EnumField("State", State, default=State.DRAFT)
    size = EnumField("Size", Size, empty="Unknown")
    user_id = QuerySelectField("User", select(User.id, User.email), empty="Nobody")


@pytest.fixture
def sent(app):
    """The form as it was sent, and whether it is valid."""

    def send(**fields):
        with app.test_request_context(method="POST", data={"state": "draft", "size": ""} | fields):
            form = BookForm()
            return form.validate(), form

    return send


def options(field) -> list[tuple[str, str, str]]:
    return re.findall(r'<option( selected)? value="(.*?)">(.*?)</option>', str(field()))


def test_it_offers_members_and_rows_by_their_labels(app, alice):
    with app.test_request_context():
        form = BookForm()
        assert options(form.state) == [(" selected", "draft", "Draft"), ("", "print", "In print")]
        assert options(form.size) == [(" selected", "", "Unknown"), ("", "2", "Large")]
        rows = [(" selected", "", "Nobody"), ("", str(alice.id), alice.email)]
        assert options(form.user_id) == rows


def test_it_reads_members_and_ids(sent, alice):
    is_valid, form = sent(state="print", size="2", user_id=str(alice.id))
    assert is_valid, form.errors
    assert form.values == {"state": State.IN_PRINT, "size": Size.LARGE, "user_id": alice.id}
    is_valid, form = sent(user_id="")
    assert is_valid, form.errors
    assert form.values == {"state": State.DRAFT, "size": None, "user_id": None}


@pytest.mark.parametrize("field", ["state", "size", "user_id"])
@pytest.mark.parametrize("text", ["999999", "DRAFT", "-1", "²", "State.DRAFT"])
def test_it_refuses_anything_else(sent, alice, field, text):
    is_valid, form = sent(**{"user_id": "", field: text})
    assert not is_valid
    assert form.errors.keys() == {field}
