"""Routes that are shared by all lists.

@blueprint.get("/<list(edit):admin>/<int:id>")
@operation_required("edit")
def view(admin: ModelAdmin, id: int) -> str: ...
"""

from collections.abc import Callable
from functools import partial

from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter, Map

from carafe.admin.model_admin import ModelAdmin, find_admin
from carafe.web.routing import View, set_policy


class ListConverter(BaseConverter):
    """Converts the name of a list in a URL, `<list:admin>`, to its `ModelAdmin`.

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
    """Restrict a view to users who may perform an operation on the rows of its list.

    `effect` is the text for `routing.effect`, with {} for the singular name of a row.
    """

    def rules(admin: ModelAdmin, **arguments: object) -> dict[str, str]:
        policy = {
            "permission": admin.permission(operation),
            "read_permission": admin.permission("read"),
        }
        return policy | ({"effect": effect.format(admin.verbose_name)} if effect else {})

    return partial(set_policy, by_arguments=rules)
