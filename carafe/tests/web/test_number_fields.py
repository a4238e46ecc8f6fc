"""Which numbers a form of an app accepts."""

from decimal import Decimal

import pytest
from wtforms.validators import InputRequired

from carafe.web import DecimalField, Form, IntegerField

pytestmark = pytest.mark.any_database

MOST = Decimal("99999.99")


class OrderForm(Form):
    price = DecimalField("Price", max=MOST)
    change = DecimalField("Change", min=-5, max=10**40, places=3)
    count = IntegerField("Count", [InputRequired("How many?")], min=1, max=500)


@pytest.fixture
def submit(app):
    """Return the form after it is validated."""

    def send(**typed):
        with app.test_request_context("/", method="POST", data={"count": "1"} | typed):
            form = OrderForm(data={"price": Decimal(7)})
            form.validate()
            return form

    return send


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("price", " 12.5 ", "12.50"),
        ("price", "99999.99", "99999.99"),
        ("price", "1.5000", "1.50"),
        ("price", "1e3", "1000.00"),
        ("price", "-0", "0.00"),
        ("price", "", "None"),
        ("change", "-5", "-5.000"),
        ("change", "1" * 40 + ".001", "1" * 40 + ".001"),
        ("count", "500", "500"),
        ("count", "5.0", "5"),
    ],
)
def test_a_number_is_read_exactly(name, text, value, submit):
    form = submit(**{name: text})
    assert not form.errors
    assert str(form[name].data) == value


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("price", "sNaN", "Write a number, such as 1.50."),
        ("price", "Infinity", "Write a number, such as 1.50."),
        ("price", "1_000", "Write a number, such as 1.50."),
        ("price", "1.999", "Write at most 2 digits after the decimal point."),
        ("price", "1." + "0" * 40 + "1", "Write at most 2 digits after the decimal point."),
        ("price", "1e-999", "Write at most 2 digits after the decimal point."),
        ("price", "-0.01", "Write a number from 0 to 99,999.99."),
        ("price", "1e999", "Write a number from 0 to 99,999.99."),
        ("price", "1" + "0" * 100, "Use 100 characters or fewer."),
        ("price", "1" * 100_000, "Use 10,000 characters or fewer."),
        ("count", "0", "Write a whole number from 1 to 500."),
        ("count", "1.5", "Write a whole number from 1 to 500."),
        ("count", "9" * 90, "Write a whole number from 1 to 500."),
        ("count", "", "How many?"),
    ],
)
def test_what_is_no_such_number_is_refused_and_shown_again(name, text, error, submit):
    form = submit(**{name: text})
    assert form.errors == {name: [error]}
    assert form[name]._value() == text


def test_a_stored_number_is_shown_with_its_places(app):
    with app.test_request_context():
        texts = [OrderForm(data={"price": Decimal(text)}).price._value() for text in ("7", "1.999")]
        assert [*texts, OrderForm(data={"count": 3}).count._value()] == ["7.00", "1.999", "3"]
