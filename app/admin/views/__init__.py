"""Pages of the administration, one module per noun. All are for administrators."""

from flask import Blueprint, abort
from flask_login import current_user

blueprint = Blueprint("admin", __name__, url_prefix="/admin", template_folder="../templates")


@blueprint.before_request
def check() -> None:
    if not current_user.is_admin:
        abort(403)


from app.admin.views import dashboard, users  # noqa: E402  (they add their routes)

__all__ = ["blueprint", "dashboard", "users"]
