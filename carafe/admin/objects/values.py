"""Values on the page of a row, which are not truncated as in the cells of a list."""

from datetime import datetime

from markupsafe import Markup

from carafe.admin.columns import EMPTY_VALUE, format_value
from carafe.time import time_tag


def format_full(value: object) -> str:
    if isinstance(value, datetime):
        return time_tag(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {item}" for name, item in value.items()) or EMPTY_VALUE
    if isinstance(value, bytes):
        return Markup("<code>{}</code>").format(value.hex())
    return value if isinstance(value, str) and value else format_value(value)
