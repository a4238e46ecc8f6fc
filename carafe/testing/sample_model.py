"""A model with a column of each common type, in tables that only tests have."""

import enum
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
    Double,
    Enum,
    Index,
    Integer,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from carafe.database import Base
from carafe.database.aliases import JSONObject

NAMES = ["title", "state", "price", "day", "moment", "clock", "count", "ratio", "is_open", "text"]
NAMES += ["number", "small", "maybe", "mood", "settings"]


class State(enum.Enum):
    IN_USE = 1
    BROKEN = "broken"


class Mood(enum.StrEnum):
    GLAD = "glad as can be"
    SAD = "sad"


class Scratch(Base):
    __abstract__ = True
    metadata = MetaData()


class Sample(Scratch):
    __module__ = "scratch"  # not a model of the engine, whose tables must have migrations
    __tablename__ = "scratch_sample"
    __table_args__ = tuple(
        Index(f"ix_scratch_sample_{name}", name, "id") for name in NAMES if name != "settings"
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(50))
    # As on SQLite, the database accepts any text.
    state: Mapped[State] = mapped_column(Enum(State, native_enum=False, length=20))
    mood: Mapped[Mood | None] = mapped_column(
        Enum(Mood, values_callable=lambda kind: [member.value for member in kind])
    )
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    day: Mapped[date]
    moment: Mapped[datetime]
    clock: Mapped[time]
    count: Mapped[int] = mapped_column(Integer, default=3)
    small: Mapped[int] = mapped_column(SmallInteger, default=0)
    big: Mapped[int] = mapped_column(BigInteger, default=0)
    ratio: Mapped[float] = mapped_column(Double)
    is_open: Mapped[bool] = mapped_column(default=False)
    maybe: Mapped[bool | None]
    text: Mapped[str] = mapped_column(Text, default="")
    number: Mapped[UUID | None]
    settings: Mapped[JSONObject | None] = mapped_column(JSON)
