"""Attributes of a model, and of what its foreign keys refer to, by their paths."""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import aliased

from carafe.admin.errors import config_error
from carafe.admin.schema import related_model
from carafe.config import ConfigError


class Attributes:
    """Finds attributes by paths: "title", or "user.email" by way of the foreign key `user_id`.

    `joins` are the models that paths lead through, each with its condition, by foreign key.
    """

    def __init__(self, model: type[Any]):
        self.model = model
        self.joins: dict[str, tuple[Any, Any]] = {}

    def find(self, option: str, path: str) -> Any:
        """Return an attribute; `option` is the one that the path was passed to."""
        head, dot, tail = path.partition(".")
        model, name = (self._join(option, head), tail) if dot else (self.model, head)
        names = inspect(model).mapper.column_attrs.keys()
        if name not in names:
            raise self.error(option, f"there is no {path}.", f"Give one of {', '.join(names)}.")
        return getattr(model, name)

    def find_own(self, option: str, name: str) -> Any:
        """Return an attribute of the model itself: no list is filtered by those of other models."""
        if "." in name:
            what = f"{name} is not an attribute of {self.model.__name__}."
            raise self.error(option, what, "Of what is referred to, only columns can be made.")
        return self.find(option, name)

    def error(self, option: str, what: str, remedy: str) -> ConfigError:
        return config_error(self.model, option, what, remedy)

    def _join(self, option: str, name: str) -> Any:
        """Return the model that a foreign key refers to, under an alias for its join."""
        if name not in self.joins:
            foreign_key = getattr(self.model, f"{name}_id", None)
            keys = foreign_key.property.columns[0].foreign_keys if foreign_key else ()
            targets = [key.column for key in keys]
            if not targets:
                remedy = f"{self.model.__name__} needs {name}_id with a foreign key."
                raise self.error(option, f"{name}.… leads nowhere.", remedy)
            related = aliased(related_model(foreign_key))
            self.joins[name] = related, foreign_key == getattr(related, targets[0].key)
        return self.joins[name][0]
