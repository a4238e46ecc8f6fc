"""whom an administrator requires a second factor of"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user", sa.Column("second_factor_required_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("user", "second_factor_required_at")
