"""an index for the administration's list of notes"""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_note_created_at_id", "note", ["created_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_note_created_at_id", "note")
