"""things"""

import sqlalchemy as sa
from alembic import op

from carafe.database import fulltext

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
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
        sa.Index("ix_thing_user_id_archived_at_id", "user_id", "archived_at", "id"),
        sqlite_autoincrement=True,
    )
    fulltext.create_index(op, "thing", ["title"])


def downgrade() -> None:
    fulltext.drop_index(op, "thing")
    op.drop_table("thing")
