"""notes never take the number of one that was deleted

Another note would have its history, and be what was chosen for an action when it was there.
PostgreSQL's sequences give no number twice anyway.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _rebuild(sqlite_autoincrement=True)


def downgrade() -> None:
    _rebuild(sqlite_autoincrement=False)


def _rebuild(**options: bool) -> None:
    if op.get_context().dialect.name == "sqlite":
        # Written out, so that `flask db upgrade --sql` need not look.
        note = sa.Table(
            "note",
            sa.MetaData(),
            sa.Column("id", ID, nullable=False),
            sa.Column("user_id", ID, nullable=False),
            sa.Column("title", sa.String(length=200), nullable=False),
            sa.Column("body", sa.String(length=20000), nullable=False),
            sa.Column("version", ID, nullable=False),
            sa.Column("submission", sa.String(length=32), nullable=True),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["user_id"], ["user.id"], name=op.f("fk_note_user_id"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
            sa.UniqueConstraint("user_id", "submission", name=op.f("uq_note_user_id_submission")),
            sa.Index("ix_note_user_id_updated_at_id", "user_id", "updated_at", "id"),
            sa.Index("ix_note_created_at_id", "created_at", "id"),
            sa.Index("ix_note_created_at", "created_at"),
        )
        with op.batch_alter_table("note", recreate="always", copy_from=note, table_kwargs=options):
            pass
