"""tables of the engine, as the project's migrations create them, and things"""

import runpy
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from carafe.config import ROOT
from carafe.database import fulltext

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
PARTS = "0001_accounts", "0002_engine"


def function(part: str, name: str) -> Callable[[], None]:
    names: dict[str, Callable[[], None]] = runpy.run_path(
        str(ROOT / "migrations" / "versions" / f"{part}.py")
    )
    return names[name]


def upgrade() -> None:
    for part in PARTS:
        function(part, "upgrade")()
    op.create_table(
        "thing",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.String(20000), nullable=False),
        sa.Column("archived_at", TIME),
        sa.Column("version", ID, nullable=False),
        sa.Column("submission", sa.String(32)),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("user_id", "submission"),
        sa.Index("ix_thing_created_at_id", "created_at", "id"),
        sqlite_autoincrement=True,
    )
    fulltext.create_index(op, "thing", ["title"])


def downgrade() -> None:
    fulltext.drop_index(op, "thing")
    op.drop_table("thing")
    for part in reversed(PARTS):
        function(part, "downgrade")()
