"""API: tokens, and keys of requests that are sent again

Constraints get their names by the naming convention of the models.
"""

import sqlalchemy as sa
from alembic import op

revision = "engine_api"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "api_token",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
        user_id(index=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("ending", sa.String(4), nullable=False),
        sa.Column("scopes", sa.String(1000), nullable=False),
        sa.Column("networks", sa.String(500), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME),
        sa.Column("last_used_at", TIME),
        sa.Column("last_address", sa.String(45), nullable=False),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("id", ID, primary_key=True),
        user_id(),
        sa.Column("key_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("created_at", TIME, nullable=False, index=True),
        sa.Column("status", ID),
        sa.Column("headers", sa.String(2000), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint("user_id", "key_hash"),
    )
    token = sa.ForeignKey("api_token.id", ondelete="CASCADE")
    op.create_table(
        "deprecated_call",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_id", ID, token, nullable=False),
        sa.Column("operation", sa.String(100), nullable=False),
        sa.Column("count", ID, nullable=False),
        sa.Column("last_at", TIME, nullable=False),
        sa.UniqueConstraint("token_id", "operation"),
    )


def downgrade() -> None:
    op.drop_table("deprecated_call")
    op.drop_table("idempotency_key")
    op.drop_table("api_token")


def user_id(**options: bool) -> sa.Column[int]:
    owner = sa.ForeignKey("user.id", ondelete="CASCADE")
    return sa.Column("user_id", ID, owner, nullable=False, **options)
