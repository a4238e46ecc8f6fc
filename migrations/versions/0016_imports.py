"""imports"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("list", sa.String(length=60), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("file", sa.String(length=32), nullable=True),
        sa.Column("parts", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("encoding", sa.String(length=20), nullable=False),
        sa.Column("delimiter", sa.String(length=1), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("mode", sa.String(length=4), nullable=False),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("turn", ID, nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.Column("rows", ID, nullable=False),
        sa.Column("bad", ID, nullable=False),
        sa.Column("created", ID, nullable=False),
        sa.Column("changed", ID, nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_import_run_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
    )
    op.create_index("ix_import_run_user_id_list_id", "import_run", ["user_id", "list", "id"])
    op.create_index("ix_import_run_created_at", "import_run", ["created_at"])
    op.create_table(
        "import_batch",
        sa.Column("id", ID, nullable=False),
        sa.Column("run_id", ID, nullable=False),
        sa.Column("errors", sa.JSON(), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["import_run.id"], name=op.f("fk_import_batch_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_run_id_id", "import_batch", ["run_id", "id"])


def downgrade() -> None:
    op.drop_table("import_batch")
    op.drop_table("import_run")
