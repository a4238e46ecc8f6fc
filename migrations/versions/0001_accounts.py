"""accounts: users, their sessions, and how they log in

Constraints get their names by the naming convention of the models.
"""

import sqlalchemy as sa
from alembic import op

from carafe.database import fulltext

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
# Ordered by bytes on PostgreSQL, as on SQLite: only then an index finds what starts with something.
EMAIL = sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")


def upgrade() -> None:
    create_user()
    fulltext.create_index(op, "user", ["email", "name"])
    create_session()
    create_token()
    create_interrupted_form()
    create_known_device()
    create_totp()
    create_recovery_code()
    create_passkey()
    create_linked_account()
    create_invitation()
    create_impersonation()


def downgrade() -> None:
    op.drop_table("impersonation")
    op.drop_table("invitation")
    op.drop_table("linked_account")
    op.drop_table("passkey")
    op.drop_table("recovery_code")
    op.drop_table("totp")
    op.drop_table("known_device")
    op.drop_table("interrupted_form")
    op.drop_table("token")
    op.drop_table("session")
    fulltext.drop_index(op, "user")
    op.drop_table("user")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION search_words(text)")


def user_id(ondelete: str = "CASCADE", **options: bool) -> sa.Column[int]:
    return sa.Column("user_id", ID, sa.ForeignKey("user.id", ondelete=ondelete), **options)


def partial_index(name: str, condition: str) -> sa.Index:
    """Return an index for the users of one state, in the order of the list."""
    where = sa.text(condition)
    return sa.Index(name, "created_at", "id", sqlite_where=where, postgresql_where=where)


def create_user() -> None:
    op.create_table(
        "user",
        sa.Column("id", ID, primary_key=True),
        sa.Column("email", EMAIL, nullable=False, unique=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("suspended_at", TIME),
        sa.Column("deletes_at", TIME),
        sa.Column("time_zone", sa.String(64), nullable=False, server_default=""),
        sa.Column("avatar", sa.String(64)),
        sa.Column("last_active_on", sa.Date()),
        sa.Column("second_factor_required_at", TIME),
        sa.Index("ix_user_created_at_id", "created_at", "id"),
        sa.Index("ix_user_name_id", "name", "id"),
        sa.Index("ix_user_deletes_at", "deletes_at"),
        sa.Index("ix_user_role", "role"),
        partial_index("ix_user_active", "suspended_at IS NULL AND confirmed_at IS NOT NULL"),
        partial_index("ix_user_unconfirmed", "suspended_at IS NULL AND confirmed_at IS NULL"),
        partial_index("ix_user_suspended", "suspended_at IS NOT NULL"),
        partial_index("ix_user_leaving", "deletes_at IS NOT NULL"),
        sqlite_autoincrement=True,
    )


def create_session() -> None:
    op.create_table(
        "session",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
        user_id(nullable=False, index=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_seen_at", TIME, nullable=False),
        sa.Column("authenticated_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False, index=True),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("agent", sa.String(300), nullable=False),
    )


def create_token() -> None:
    op.create_table(
        "token",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
        user_id(nullable=False, index=True),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("target", sa.String(254)),
        sa.Column("browser", sa.LargeBinary(32)),
        sa.Column("expires_at", TIME, nullable=False, index=True),
    )


def create_interrupted_form() -> None:
    token = sa.ForeignKey("token.id", ondelete="CASCADE")
    session = sa.ForeignKey("session.id", ondelete="CASCADE")
    op.create_table(
        "interrupted_form",
        sa.Column("token_id", ID, token, primary_key=True, autoincrement=False),
        sa.Column("session_id", ID, session, index=True),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
    )


def create_known_device() -> None:
    op.create_table(
        "known_device",
        user_id(primary_key=True, autoincrement=False),
        sa.Column("fingerprint", sa.LargeBinary(32), primary_key=True),
        sa.Column("last_seen_at", TIME, nullable=False),
    )


def create_totp() -> None:
    op.create_table(
        "totp",
        user_id(primary_key=True, autoincrement=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("counter", ID, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )


def create_recovery_code() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("id", ID, primary_key=True),
        user_id(nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.UniqueConstraint("user_id", "code_hash"),
    )


def create_passkey() -> None:
    op.create_table(
        "passkey",
        sa.Column("id", ID, primary_key=True),
        user_id(nullable=False, index=True),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", ID, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("last_used_at", TIME),
    )


def create_linked_account() -> None:
    op.create_table(
        "linked_account",
        sa.Column("id", ID, primary_key=True),
        user_id(nullable=False),
        sa.Column("provider", sa.String(50), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("label", sa.String(254), nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("provider", "subject"),
        sa.UniqueConstraint("user_id", "provider"),
    )


def create_invitation() -> None:
    inviter = sa.ForeignKey("user.id", ondelete="CASCADE")
    op.create_table(
        "invitation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("inviter_id", ID, inviter, nullable=False, index=True),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("expires_at", TIME, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False, unique=True),
    )


def create_impersonation() -> None:
    session = sa.ForeignKey("session.id", ondelete="CASCADE")
    op.create_table(
        "impersonation",
        sa.Column("session_id", ID, session, primary_key=True, autoincrement=False),
        user_id("SET NULL", index=True),
        sa.Column("actor", sa.String(320), nullable=False),
        sa.Column("may_write", sa.Boolean(), nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("return_path", sa.String(300), nullable=False),
    )
