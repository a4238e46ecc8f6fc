"""Errors in the options of `add`."""

from sqlalchemy import Integer, inspect

from carafe.config import ConfigError
from carafe.database import Base


def config_error(model: type[Base], option: str, what: str, remedy: str) -> ConfigError:
    """Return the error that describes the problem with an option of `add`."""
    return ConfigError(f"admin.add({model.__name__}, {option}=…): {what}", remedy)


def check_key(model: type[Base]) -> None:
    """Raise `ConfigError` unless one number identifies each row of a model."""
    keys = inspect(model).primary_key
    if len(keys) > 1 or not isinstance(keys[0].type, Integer):
        what = "The primary key must be a single integer column."
        remedy = "Add an integer column id as the primary key."
        raise config_error(model, "model", what, remedy)
