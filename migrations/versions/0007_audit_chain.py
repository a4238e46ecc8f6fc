"""audit chain

Without a database (`--sql`) nothing can be hashed: on PostgreSQL, a script made so refuses a trail
that has events already, which `flask db upgrade` seals.
"""

import json
import secrets
from datetime import UTC
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AT_ONCE = 2_000
HAS_ADDRESS = sa.text("CAST(details AS TEXT) LIKE '%@%'")
ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SEALED = sa.Table(
    "audit_event",
    sa.MetaData(),
    sa.Column("id", ID, nullable=False),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("action", sa.String(length=50), nullable=False),
    sa.Column("actor", sa.String(length=320), nullable=True),
    sa.Column("subject", sa.String(length=100), nullable=True),
    sa.Column("details", sa.JSON(), nullable=False),
    sa.Column("address", sa.String(length=45), nullable=True),
    sa.Column("request_id", sa.String(length=64), nullable=True),
    sa.Column("salt", sa.LargeBinary(length=16), nullable=True),
    sa.Column("digest", sa.LargeBinary(length=32), nullable=True),
    sa.Column("hash", sa.LargeBinary(length=32), nullable=True),
    sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
)


def upgrade() -> None:
    dialect, offline = op.get_context().dialect.name, context.is_offline_mode()
    # The empty one is what SQLite wants for a column without NULL, and keeps: to take it away it
    # would copy the table, in memory. An event that was written past the app stands out by it.
    default = sa.text("''") if dialect == "sqlite" or not offline else None
    op.add_column("audit_event", sa.Column("salt", sa.LargeBinary(length=16), nullable=True))
    for name in ("digest", "hash"):
        hashed = sa.LargeBinary(length=32)
        op.add_column(
            "audit_event", sa.Column(name, hashed, nullable=False, server_default=default)
        )
    if not offline:
        seal(op.get_bind())
    if default is not None and dialect != "sqlite":
        for name in ("digest", "hash"):
            op.alter_column("audit_event", name, server_default=None)
    op.create_index("ix_audit_event_actor", "audit_event", ["actor", "id"])
    op.create_index(
        "ix_audit_event_has_address",
        "audit_event",
        ["id"],
        sqlite_where=HAS_ADDRESS,
        postgresql_where=HAS_ADDRESS,
    )


def downgrade() -> None:
    op.drop_index("ix_audit_event_has_address", "audit_event")
    op.drop_index("ix_audit_event_actor", "audit_event")
    for name in ("hash", "digest", "salt"):
        op.drop_column("audit_event", name)
    if op.get_context().dialect.name == "postgresql":
        # Where the database gives ids again, it has to go on after the last.
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_event', 'id'), max(id))"
            " FROM audit_event HAVING max(id) IS NOT NULL"
        )


def seal(connection: sa.Connection) -> None:
    """Chain the events that are there, as `app/audit/chain.py` does new ones."""
    c = SEALED.c
    update = (
        sa.update(SEALED)
        .where(c.id == sa.bindparam("which"))
        .values({name: sa.bindparam(name) for name in ("salt", "digest", "hash")})
    )
    last, hash = None, bytes(32)
    while True:
        following = sa.select(SEALED).order_by(c.id).limit(AT_ONCE)
        if last is not None:
            following = following.where(c.id > last)
        events = connection.execute(following).all()
        if not events:
            return
        sealed = []
        for event in events:
            salt = secrets.token_bytes(16)
            content = canonical(event.actor, event.address, event.details, event.request_id)
            digest = sha256(salt + content).digest()
            at = event.at if event.at.tzinfo else event.at.replace(tzinfo=UTC)
            time = at.astimezone(UTC).isoformat(timespec="microseconds")
            shell = canonical(event.id, time, event.action, event.subject, digest.hex())
            hash = sha256(hash + shell).digest()
            sealed.append({"which": event.id, "salt": salt, "digest": digest, "hash": hash})
        connection.execute(update, sealed)
        last = events[-1].id


def canonical(*values: Any) -> bytes:
    return json.dumps(values, sort_keys=True, separators=(",", ":")).encode()
