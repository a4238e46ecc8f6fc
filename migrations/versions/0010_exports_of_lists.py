"""exports of lists"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
KEPT = "user_id, job_id, file, parts, size, ended_at"
OWN = "'data', 'Your data', '/account/export'"
AFTER_A_WEEK = {
    "sqlite": "datetime(ended_at, '+7 days')",
    "postgresql": "ended_at + interval '7 days'",
}


def upgrade() -> None:
    set_aside()
    op.create_table(
        "export",
        sa.Column("id", ID, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("file", sa.String(length=32), nullable=True),
        sa.Column("parts", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        sa.Column("expires_at", TIME, nullable=True),
        owner(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_export_user_id_name")),
    )
    expires = AFTER_A_WEEK[op.get_context().dialect.name]
    put_back(f"{KEPT}, name, label, path, expires_at", f"{KEPT}, {OWN}, {expires}")


def downgrade() -> None:
    set_aside("WHERE name = 'data'")
    op.create_table(
        "export",
        sa.Column("user_id", ID, autoincrement=False, nullable=False),
        sa.Column("job_id", ID, nullable=False),
        sa.Column("file", sa.String(length=32), nullable=True),
        sa.Column("parts", ID, nullable=False),
        sa.Column("size", ID, nullable=False),
        sa.Column("ended_at", TIME, nullable=True),
        owner(),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_export")),
    )
    put_back(KEPT, KEPT)


def set_aside(where: str = "") -> None:
    """The few rows there are, since SQLite changes no primary key in place."""
    op.execute(f"CREATE TEMPORARY TABLE export_kept AS SELECT {KEPT} FROM export {where}")  # noqa: S608
    op.drop_table("export")


def put_back(columns: str, values: str) -> None:
    op.execute(f"INSERT INTO export ({columns}) SELECT {values} FROM export_kept")  # noqa: S608
    op.drop_table("export_kept")


def owner() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["user.id"], name=op.f("fk_export_user_id"), ondelete="CASCADE"
    )
