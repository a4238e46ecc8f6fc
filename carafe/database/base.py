"""The base class of models, and the session of the app's database."""

from datetime import datetime
from enum import Enum as PythonEnum
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.record_queries import get_recorded_queries as get_recorded_queries
from sqlalchemy import BigInteger, Enum, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.types import TypeEngine

from carafe.time import UTCDateTime


def _values(kind: type[PythonEnum]) -> list[str]:
    """Return what is stored for the members of an enum: their values, not their names."""
    return [str(member.value) for member in kind]


class Base(DeclarativeBase):
    """Base class of models. Constraints have names, so that migrations can change them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    registry = registry(
        metadata=metadata,
        type_annotation_map={
            datetime: UTCDateTime,
            # PostgreSQL's can store any ID that SQLite's can.
            int: BigInteger().with_variant(Integer, "sqlite"),
            # Text on every database, so that a new member needs no migration.
            PythonEnum: Enum(PythonEnum, values_callable=_values, native_enum=False, length=50),
        },
    )


def binary_collated(length: int) -> String:
    """Return the type of text without a language, such as an address, sorted by its bytes.

    PostgreSQL can use an index for a prefix search only with this collation; SQLite always can.
    """
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def is_binary_collated(kind: TypeEngine[Any]) -> bool:
    """Return whether `binary_collated` made the type of a column."""
    on_postgresql = kind._variant_mapping.get("postgresql")
    return getattr(on_postgresql, "collation", None) == "C"


# Attributes don't expire on commit, because reading one would begin another write transaction.
db = SQLAlchemy(
    model_class=Base, disable_autonaming=True, session_options={"expire_on_commit": False}
)
