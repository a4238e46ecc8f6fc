"""the audit trail has no chain"""

import sqlalchemy as sa
from alembic import context, op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # One by one: SQLite would copy the whole table for a batch.
    for name in ("salt", "digest", "hash"):
        op.drop_column("audit_event", name)
    if op.get_context().dialect.name == "postgresql":
        # The database gives IDs again: after the last one that the chain gave.
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_event', 'id'), max(id))"
            " FROM audit_event HAVING max(id) IS NOT NULL"
        )


def downgrade() -> None:
    op.add_column("audit_event", sa.Column("salt", sa.LargeBinary(length=16), nullable=True))
    for name in ("digest", "hash"):
        column = sa.Column(
            name, sa.LargeBinary(length=32), nullable=False, server_default=sa.text("''")
        )
        op.add_column("audit_event", column)
    if not context.is_offline_mode():
        # A new chain: the old one is gone.
        context.script.get_revision("0007").module.seal(op.get_bind())
