"""full-text search"""

from alembic import op

from app.core import fulltext

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    fulltext.add(op, "user", ["email", "name"])
    fulltext.add(op, "note", ["title"])


def downgrade() -> None:
    fulltext.remove(op, "note")
    fulltext.remove(op, "user")
    if op.get_context().dialect.name == "postgresql":
        op.execute("DROP FUNCTION search_words(text)")
