"""actions on many rows"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "admin_run",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("actor_id", NUMBER, nullable=True),
        sa.Column("submission", sa.String(length=32), nullable=False),
        sa.Column("of", sa.String(length=50), nullable=False),
        sa.Column("action", sa.String(length=50), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("last_id", NUMBER, nullable=False),
        sa.Column("undoes_id", NUMBER, nullable=True),
        sa.Column("job_id", NUMBER, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("stopped", sa.String(length=200), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        *[
            sa.Column(name, NUMBER, nullable=False)
            for name in ("total", "chunks", "chunks_over", "done", "left_out", "failed")
        ],
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_admin_run_actor_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"], ["admin_run.id"], name=op.f("fk_admin_run_undoes_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_run")),
        sa.UniqueConstraint(
            "actor_id", "submission", name=op.f("uq_admin_run_actor_id_submission")
        ),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_admin_run_undoes_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_admin_run_created_at", "admin_run", ["created_at"])
    op.create_table(
        "admin_run_chunk",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("run_id", NUMBER, nullable=False),
        sa.Column("number", NUMBER, nullable=False),
        sa.Column("todo", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run_id"], ["admin_run.id"], name=op.f("fk_admin_run_chunk_run_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_admin_run_chunk")),
        sa.UniqueConstraint("run_id", "number", name=op.f("uq_admin_run_chunk_run_id_number")),
    )


def downgrade() -> None:
    op.drop_table("admin_run_chunk")
    op.drop_table("admin_run")
