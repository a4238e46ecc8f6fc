"""Pages of the administration, one module per noun. All are for administrators."""

from flask import Blueprint, abort
from flask_login import current_user
from sqlalchemy import select

from app.auth.models import User
from app.core.database import db, may_write

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="../templates")


@blueprint.before_request
def check() -> None:
    if not current_user.is_admin:
        abort(403)
    if may_write():
        # Once more, in the transaction that writes: of two administrators who demote or suspend
        # each other at the same moment one comes too late.
        still = select(User.id).where(
            User.id == current_user.id, User.role == "admin", User.suspended_at.is_(None)
        )
        if db.session.scalar(still.with_for_update()) is None:
            abort(403)


from app.admin.views import dashboard, users  # noqa: E402  (they add their routes)

__all__ = ["blueprint", "dashboard", "users"]
