"""The list that a page was opened from, with its arguments: `back` in the URL or the form."""

from urllib.parse import parse_qsl

from flask import url_for

from carafe.admin.lists.filters import Arguments
from carafe.admin.lists.state import ListState, encode_query
from carafe.admin.model_admin import ModelAdmin


class Origin:
    def __init__(self, admin: ModelAdmin, values: Arguments):
        state = ListState.parse(admin.list, dict(parse_qsl(values.get("back", ""))))
        self.admin, self.arguments = admin, state.supported_arguments
        self.back = encode_query(self.arguments)

    def url(self, **changes: str) -> str:
        """Return the URL of the list with its arguments and these changes."""
        query = encode_query({k: v for k, v in (self.arguments | changes).items() if v})
        path = url_for("admin.list", admin=self.admin)
        return f"{path}?{query}" if query else path
