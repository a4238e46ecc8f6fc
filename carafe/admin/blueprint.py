"""The blueprint of the administration, which all its views hang on.

Views register with it when their modules are imported, so before the app registers it.
"""

from flask import Blueprint

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
