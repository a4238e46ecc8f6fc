"""indexes for the lists of the administration"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

UNCONFIRMED, SUSPENDED = sa.text("confirmed_at IS NULL"), sa.text("suspended_at IS NOT NULL")

BYTEWISE = ("user", "email", 254), ("audit_event", "actor", 320), ("audit_event", "action", 50)


def upgrade() -> None:
    op.create_index("ix_user_role", "user", ["role"])
    for name, where in (("ix_user_unconfirmed", UNCONFIRMED), ("ix_user_suspended", SUSPENDED)):
        op.create_index(name, "user", ["id"], sqlite_where=where, postgresql_where=where)
    for column in ("actor", "action"):
        op.create_index(f"ix_audit_event_{column}", "audit_event", [column])
    _order(collation="C")


def downgrade() -> None:
    _order(collation=None)
    op.drop_index("ix_audit_event_action", "audit_event")
    op.drop_index("ix_audit_event_actor", "audit_event")
    for name in ("ix_user_suspended", "ix_user_unconfirmed", "ix_user_role"):
        op.drop_index(name, "user")


def _order(collation: str | None) -> None:
    """Order by bytes what is found by how it begins, as SQLite does in any case."""
    if op.get_context().dialect.name == "postgresql":
        for table, column, length in BYTEWISE:
            op.alter_column(table, column, type_=sa.String(length, collation=collation))
