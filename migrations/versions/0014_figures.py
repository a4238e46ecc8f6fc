"""figures for the overview of the administration"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", "at", name="pk_figure"),
        sqlite_with_rowid=False,
    )
    op.add_column("user", sa.Column("seen_on", sa.Date()))
    op.create_index("ix_note_created_at", "note", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_note_created_at", "note")
    op.drop_column("user", "seen_on")
    op.drop_table("figure")
