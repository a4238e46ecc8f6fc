"""Pages: menus, routing, forms, pagination, errors, templates, static files, URLs."""

from flask import Blueprint, Flask

from carafe.web import (
    checklist,
    dashboard,
    errors,
    macro_cache,
    mailed_links,
    menu_html,
    menu_items,
    menus,
    palette,
    polling,
    routing,
    static_files,
    templating,
    time_zones,
    urls,
)
from carafe.web.dashboard import add_card, visible_cards
from carafe.web.fields import CheckboxesField, ChoiceField, LongTextField, SecretField, TextField
from carafe.web.forms import Form
from carafe.web.pagination import BoundedCounts, paginate
from carafe.web.parsed_fields import DecimalField, IntegerField
from carafe.web.routing import ConditionalRoutes, background_request, max_body_size, shared
from carafe.web.search_terms import search_term
from carafe.web.select_fields import EnumField, QuerySelectField
from carafe.web.submissions import SubmissionForm
from carafe.web.time_zones import TimeZoneField
from carafe.web.urls import (
    current_path,
    endpoint_path,
    public_url,
    return_path,
    safe_redirect_path,
    site_root,
)
from carafe.web.versions import VersionForm, VersionMixin

__all__ = [
    "BoundedCounts",
    "CheckboxesField",
    "ChoiceField",
    "ConditionalRoutes",
    "DecimalField",
    "EnumField",
    "Form",
    "IntegerField",
    "LongTextField",
    "QuerySelectField",
    "SecretField",
    "SubmissionForm",
    "TextField",
    "TimeZoneField",
    "VersionForm",
    "VersionMixin",
    "add_card",
    "background_request",
    "checklist",
    "current_path",
    "endpoint_path",
    "max_body_size",
    "menus",
    "paginate",
    "palette",
    "polling",
    "public_url",
    "return_path",
    "safe_redirect_path",
    "search_term",
    "shared",
    "site_root",
    "time_zones",
    "visible_cards",
]


# Templates of all packages. The app's own come first, so a file with the same path overrides one.
templates = Blueprint("carafe", __name__, template_folder="../templates")


def init_app(app: Flask) -> None:
    routing.init_app(app)
    mailed_links.init_app(app)
    app.register_blueprint(templates)
    templating.init_app(app)
    macro_cache.init_app(app)
    urls.init_app(app)
    static_files.init_app(app)
    menus.init_app(app)
    menu_items.init_app(app)
    menu_html.init_app(app)
    palette.init_app(app)
    dashboard.init_app(app)
    checklist.init_app(app)
    polling.init_app(app)
    errors.init_app(app)
