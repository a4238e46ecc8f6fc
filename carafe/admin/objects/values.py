"""Values of one row in full, where there is more room than in the cells of a list."""

from datetime import datetime
from typing import Any

from markupsafe import Markup

from carafe.admin.columns import EMPTY_VALUE, format_value
from carafe.time import time_tag


def format_full(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_tag(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {item}" for name, item in value.items()) or EMPTY_VALUE
    if isinstance(value, bytes):
        return Markup("<code>{}</code>").format(value.hex())
    return value if isinstance(value, str) and value else format_value(value)
