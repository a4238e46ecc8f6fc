"""indexes for the lists of the administration"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

STATES = {
    "ix_user_active": sa.text("suspended_at IS NULL AND confirmed_at IS NOT NULL"),
    "ix_user_unconfirmed": sa.text("suspended_at IS NULL AND confirmed_at IS NULL"),
    "ix_user_suspended": sa.text("suspended_at IS NOT NULL"),
    "ix_user_leaving": sa.text("deletes_at IS NOT NULL"),
}
BYTEWISE = ("user", "email", 254), ("audit_event", "actor", 320), ("audit_event", "action", 50)


def upgrade() -> None:
    op.create_index("ix_user_role", "user", ["role"])
    for name, where in STATES.items():
        keys = ["created_at", "id"]
        op.create_index(name, "user", keys, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_audit_event_action", "audit_event", ["action"])
    _order(collation="C")


def downgrade() -> None:
    _order(collation=None)
    op.drop_index("ix_audit_event_action", "audit_event")
    for name in (*STATES, "ix_user_role"):
        op.drop_index(name, "user")


def _order(collation: str | None) -> None:
    """Order by bytes what is found by how it begins, as SQLite does in any case."""
    if op.get_context().dialect.name == "postgresql":
        for table, column, length in BYTEWISE:
            op.alter_column(table, column, type_=sa.String(length, collation=collation))
