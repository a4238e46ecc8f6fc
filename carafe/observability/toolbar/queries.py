"""The toolbar's query panel, with the plan of each query and the index that would help."""

from functools import cache

from flask import current_app, request
from flask_debugtoolbar.panels import DebugPanel

from carafe.database.base import get_recorded_queries
from carafe.observability import plans
from carafe.observability.statements import normalize


class QueriesPanel(DebugPanel):
    name = "SQLAlchemy"
    has_content = True

    def nav_title(self) -> str:
        return self.name

    def nav_subtitle(self) -> str:
        count = len(get_recorded_queries())
        return "1 query" if count == 1 else f"{count} queries"

    def title(self) -> str:
        return "Queries"

    def url(self) -> str:
        return ""

    def content(self) -> str:
        template = current_app.jinja_env.get_template("observability/queries_panel.html")
        return template.render(
            queries=get_recorded_queries(), plan=cache(_plan), profile_url=_profile_url()
        )


def _profile_url() -> str:
    """Return where this page can be profiled. A form's answer has no URL."""
    separator = "&" if request.query_string else ""
    url = f"{request.script_root}{request.full_path}{separator}_profile"
    return url if request.method == "GET" else ""


def _plan(sql: str) -> tuple[plans.PlanReport | None, str]:
    """Return the plan of a statement, or why it has none."""
    try:
        return plans.build_report(normalize(sql)), ""
    except Exception as error:  # such as a PRAGMA, or a table that no longer exists
        return None, str(error)
