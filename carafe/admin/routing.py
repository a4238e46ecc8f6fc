"""Routes of declared lists: one for each page, whatever the list.

@blueprint.get("/<list(edit):admin>/<int:id>")
@operation_required("edit")
def view(admin: ModelAdmin, id: int) -> Any: ...
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Map

from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.web.routing import View, set_policy


class ListConverter(BaseConverter):
    """`<list:admin>` is the name of a declared list; the view gets its declaration.

    `<list(imports):admin>` matches only lists that have these pages: see `ModelAdmin.has`.
    """

    def __init__(self, map: Map, pages: str = ""):
        super().__init__(map)
        self.pages = pages

    def to_python(self, value: str) -> ModelAdmin:
        admin = find_admin(value)
        if admin is None or (self.pages and not admin.has(self.pages)):
            # Not a ValidationError: the address would still match for other methods, and be 405.
            raise NotFound
        return admin

    def to_url(self, value: ModelAdmin | str) -> str:
        return super().to_url(value.name if isinstance(value, ModelAdmin) else value)


def operation_required(operation: str, effect: str = "") -> Callable[[View], View]:
    """Declare a view as for users who may do this with the rows of its list: 403 for others.

    `effect` is as in `routing.effect`, with {} for what a row of the list is called.
    """

    def rules(admin: ModelAdmin, **arguments: Any) -> dict[str, str]:
        needed = {
            "permission": admin.permission(operation),
            "read_permission": admin.permission("read"),
        }
        return needed | ({"effect": effect.format(admin.verbose_name)} if effect else {})

    return partial(set_policy, by_arguments=rules)
