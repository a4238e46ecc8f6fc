"""exports"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "export",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("file", sa.String(length=32), nullable=True),
        sa.Column("parts", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_export_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_export")),
    )


def downgrade() -> None:
    op.drop_table("export")
