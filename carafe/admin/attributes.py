"""Attributes of a model and of related models, found by path."""

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import aliased

from carafe.admin.errors import config_error
from carafe.admin.schema import Attribute, related_model, table_column
from carafe.config import ConfigError
from carafe.database import Base


class Attributes:
    """Finds attributes by path: "title", or "user.email" through the foreign key `user_id`.

    `joins` has the alias and the condition of each join that paths need, by foreign key.
    """

    def __init__(self, model: type[Base]):
        self.model = model
        self.joins: dict[str, tuple[type[Base], ColumnElement[bool]]] = {}

    def find(self, option: str, path: str) -> Attribute:
        """Return an attribute. `option` is the option of `add` that contains the path."""
        head, dot, tail = path.partition(".")
        model, name = (self._join(option, head), tail) if dot else (self.model, head)
        names = inspect(model).mapper.column_attrs.keys()
        if name not in names:
            raise self.error(
                option, f"Unknown attribute: {path}.", f"Use one of {', '.join(names)}."
            )
        attribute: Attribute = getattr(model, name)
        return attribute

    def find_own(self, option: str, name: str) -> Attribute:
        """Return an attribute of the model itself: lists cannot be filtered by related models."""
        if "." in name:
            what = f"{name} isn't an attribute of {self.model.__name__}."
            raise self.error(option, what, "Related attributes can only be used as columns.")
        return self.find(option, name)

    def error(self, option: str, what: str, remedy: str) -> ConfigError:
        return config_error(self.model, option, what, remedy)

    def _join(self, option: str, name: str) -> type[Base]:
        """Return the alias of the model that a foreign key refers to."""
        if name not in self.joins:
            foreign_key: Attribute | None = getattr(self.model, f"{name}_id", None)
            keys = table_column(foreign_key).foreign_keys if foreign_key else ()
            targets = [key.column for key in keys]
            if foreign_key is None or not targets:
                remedy = f"Add {name}_id with a foreign key to {self.model.__name__}."
                raise self.error(option, f"Can't resolve {name}.….", remedy)
            related = aliased(related_model(foreign_key))
            self.joins[name] = related, foreign_key == getattr(related, targets[0].key)
        return self.joins[name][0]
