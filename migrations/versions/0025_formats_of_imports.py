"""an import knows how its file is written

Those that are under way go on as they were read until now.
"""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

COLUMNS = {
    "quote": (sa.String(2), '"'),
    "skip": (sa.Integer(), "0"),
    "heading": (sa.String(5), "yes"),
    "missing": (sa.String(5), "error"),
    "guards": (sa.String(6), "keep"),
    "decimal": (sa.String(1), ""),
    "dates": (sa.String(3), ""),
    "doubts": (sa.JSON(), "{}"),
}


def upgrade() -> None:
    for name, (kind, value) in COLUMNS.items():
        op.add_column("import_run", sa.Column(name, kind, nullable=False, server_default=value))


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_column("import_run", name)
