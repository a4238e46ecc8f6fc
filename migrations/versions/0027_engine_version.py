"""version of the engine"""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "carafe_version",
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_carafe_version")),
    )
    op.execute("INSERT INTO carafe_version (version) VALUES ('0.1.0')")


def downgrade() -> None:
    op.drop_table("carafe_version")
