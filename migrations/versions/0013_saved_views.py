"""saved views"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "saved_view",
        sa.Column("id", number, nullable=False),
        sa.Column("user_id", number, nullable=False),
        sa.Column("list", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("query", sa.String(length=2000), nullable=False),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("start_id", number, nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_saved_view_user_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["start_id"], ["saved_view.id"], name=op.f("fk_saved_view_start_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint("user_id", "list", "name",
                            name=op.f("uq_saved_view_user_id_list_name")),
    )  # fmt: skip
    op.create_index(
        "ix_saved_view_shared", "saved_view", ["list"],
        sqlite_where=sa.text("shared = 1"), postgresql_where=sa.text("shared"),
    )  # fmt: skip
    op.create_index("ix_saved_view_start_id", "saved_view", ["start_id"])


def downgrade() -> None:
    op.drop_table("saved_view")
