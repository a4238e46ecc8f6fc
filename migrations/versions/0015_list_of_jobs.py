"""indexes for the list of jobs"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _order(collation="C")
    op.create_index("ix_job_name_id", "job", ["name", "id"])
    op.create_index("ix_job_queue_id", "job", ["queue", "id"])


def downgrade() -> None:
    op.drop_index("ix_job_queue_id", "job")
    op.drop_index("ix_job_name_id", "job")
    _order(collation=None)


def _order(collation: str | None) -> None:
    """Order names by bytes, as SQLite does in any case: they are found by how they begin."""
    if op.get_context().dialect.name == "postgresql":
        op.alter_column("job", "name", type_=sa.String(100, collation=collation))
