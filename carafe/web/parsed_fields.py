"""Fields for numbers and other parsed text."""

import re
from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

from wtforms import StringField
from wtforms.widgets import NumberInput

from carafe.web.fields import Validators

NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
# Maximum length of a number or an ID.
MAX_LENGTH = 100


def parse_integer(largest: int, value: str) -> int:
    value = value.strip()
    digits, _, decimals = value.partition(".")
    is_whole = re.fullmatch(r"[+-]?\d{1,20}", digits, re.ASCII) and not decimals.strip("0")
    if is_whole and abs(int(digits)) <= largest:
        return int(digits)
    raise ValueError(f"Use a whole number up to {largest:,}.")


def parse_decimal(precision: int | None, scale: int | None, value: str) -> Decimal:
    """Parse a number exactly. Raise `ValueError` for digits that the column would round."""
    value = value.strip()
    if not NUMBER.fullmatch(value):
        raise ValueError("Write a number, such as 1.50.")
    parsed = Decimal(value)
    # The default context would round to 28 digits.
    _, digits, exponent = parsed.normalize(Context(prec=len(value))).as_tuple()
    after = max(-int(exponent), 0)
    if scale is not None and after > scale:
        raise ValueError(f"Write at most {scale} digits after the decimal point.")
    before = len(digits) + int(exponent)
    if precision is not None and parsed and before > precision - (scale or 0):
        raise ValueError(f"Write at most {precision - (scale or 0)} digits before the point.")
    return parsed


class ParsedField(StringField):
    """A text field whose value `parse` reads; None if it is empty."""

    data: Any

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        parse: Callable[[str], object],
        **options: Any,
    ):
        super().__init__(label, validators, **options)
        self.parse = parse

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:  # not submitted: the row keeps its value
            return
        text = valuelist[0].strip()
        if len(text) > MAX_LENGTH:
            raise ValueError(f"Use {MAX_LENGTH} characters or fewer.")
        self.data = self.parse(text) if text else None

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.format(self.data)

    def format(self, value: object) -> str:
        """Return the text for a value that was not typed."""
        return str(value)


class DecimalField(ParsedField):
    """A finite number with at most `places` digits after the point, from `min` to `max`.

    Its `Decimal` has exactly that many places. `max` limits it to what the column can store:
    `Numeric(10, 2)` has room for eight digits before the point.
    """

    data: Decimal | None

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        max: Decimal | int,
        min: Decimal | int = 0,
        places: int = 2,
        **options: Any,
    ):
        self.min, self.max, self.places = Decimal(min), Decimal(max), places
        super().__init__(label, validators, parse=self._parse, **options)

    def _parse(self, text: str) -> Decimal:
        value = parse_decimal(None, self.places, text)
        if not self.min <= value <= self.max:
            raise ValueError(f"Write a number from {self.min:,f} to {self.max:,f}.")
        # Unlike `quantize`, this is exact at any length; zero has no sign.
        return Decimal(f"{value or Decimal():.{self.places}f}")

    def format(self, value: object) -> str:
        if not isinstance(value, (Decimal, int)):
            return str(value)
        text = f"{Decimal(value):.{self.places}f}"
        # A value with more places is shown as it is, not rounded.
        return text if Decimal(text) == value else f"{value:f}"


class IntegerField(ParsedField):
    """A whole number from `min` to `max`. An `Integer` column has room for 2,147,483,647."""

    widget = NumberInput()
    data: int | None

    def __init__(
        self,
        label: str,
        validators: Validators = (),
        *,
        max: int,
        min: int = 0,
        **options: Any,
    ):
        self.min, self.max = min, max
        super().__init__(label, validators, parse=self._parse, **options)

    def _parse(self, text: str) -> int:
        try:
            value = parse_integer(max(abs(self.min), abs(self.max)), text)
        except ValueError:
            value = None
        if value is None or not self.min <= value <= self.max:
            raise ValueError(f"Write a whole number from {self.min:,} to {self.max:,}.")
        return value
