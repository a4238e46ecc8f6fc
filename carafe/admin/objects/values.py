"""Values of one row in full, where there is more room than in the cells of a list."""

from datetime import datetime
from typing import Any

from markupsafe import Markup

from carafe.admin.columns import NOTHING, show
from carafe.time import time_element


def format_full(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_element(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}: {item}" for name, item in value.items()) or NOTHING
    if isinstance(value, bytes):
        return Markup("<code>{}</code>").format(value.hex())
    return value if isinstance(value, str) and value else show(value)
