"""which browser registered, of those that open the link to confirm an address"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("token", sa.Column("browser", sa.LargeBinary(32)))


def downgrade() -> None:
    op.drop_column("token", "browser")
