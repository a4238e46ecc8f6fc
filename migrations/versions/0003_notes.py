"""notes, the example

Without it, before the first database exists, delete this file and let `engine_api` follow 0002
(`down_revision`). From a database that exists, a migration drops the table:
`flask db migrate -m "drop notes"`.
"""

import sqlalchemy as sa
from alembic import op

from carafe.database import fulltext

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "note",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("body", sa.String(20000), nullable=False),
        sa.Column("version", ID, nullable=False),
        sa.Column("submission", sa.String(32)),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.UniqueConstraint("user_id", "submission"),
        sa.Index("ix_note_user_id_updated_at_id", "user_id", "updated_at", "id"),
        sa.Index("ix_note_created_at_id", "created_at", "id"),
        sa.Index("ix_note_updated_at_id", "updated_at", "id"),
        sa.Index("ix_note_title_id", "title", "id"),
        sqlite_autoincrement=True,
    )
    fulltext.create_index(op, "note", ["title"])


def downgrade() -> None:
    fulltext.drop_index(op, "note")
    op.drop_table("note")
