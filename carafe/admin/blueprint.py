"""The blueprint of the admin.

Views are added when their modules are imported, before the app registers it.
"""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
