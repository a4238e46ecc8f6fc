"""interrupted forms have an ID of their own

Those that wait for a proof now are dropped: they could be anybody's who has a copy of the cookie.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "interrupted_form",
        sa.Column("token_id", ID, autoincrement=False, nullable=False),
        sa.Column("session_id", ID, nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["token.id"],
            name=op.f("fk_interrupted_form_token_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["session.id"],
            name=op.f("fk_interrupted_form_session_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_interrupted_form")),
    )
    op.create_index("ix_interrupted_form_session_id", "interrupted_form", ["session_id"])
    # Not in a batch, which on SQLite makes the table anew.
    op.drop_column("session", "interrupted")


def downgrade() -> None:
    op.add_column("session", sa.Column("interrupted", sa.LargeBinary(), nullable=True))
    op.drop_table("interrupted_form")
