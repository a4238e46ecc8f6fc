"""The development mailbox: sent emails as text, HTML, and source."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, render_template, url_for
from markupsafe import Markup, escape

from carafe.security import csp
from carafe.security.local_requests import is_at_this_machine, only_at_this_machine
from carafe.web import menus
from carafe.web.routing import public

blueprint = Blueprint("mail", __name__, url_prefix="/dev/mail")
# Its emails log in, reset passwords, and confirm addresses.
blueprint.before_request(only_at_this_machine)

MAX_MESSAGES = 100
LINK = re.compile(r"https?://[^\s<>\"']+")


@blueprint.get("/", alias=True)
@blueprint.get("")
@public
def index() -> str:
    files = sorted(_folder().glob("*.eml"), reverse=True)[:MAX_MESSAGES]
    return render_template(
        "mail/index.html", mails=[(f.stem, _parse(f.read_bytes())) for f in files]
    )


@blueprint.get("/<id>")
@public
def show(id: str) -> Response:
    source = _find(id).read_bytes()
    return page(source, url_for("mail.html", id=id), url_for("mail.index"), "Mailbox")


@blueprint.get("/<id>/html")
@public
def html(id: str) -> Response:
    return html_frame(_find(id).read_bytes())


def page(source: bytes, html_url: str, back_url: str, back_label: str) -> Response:
    """Show an email: sender and recipient, its parts, its source."""
    mail = _parse(source)
    content = render_template(
        "mail/show.html",
        mail=mail,
        text=_linkify(_part(mail, "plain")),
        source=source.decode("utf-8", "replace"),
        html_url=html_url,
        back_url=back_url,
        back_label=back_label,
    )
    return Response(content, headers={csp.HEADER: csp.policy(frame_src="'self'")})


def html_frame(source: bytes) -> Response:
    """Show the HTML part, for the frame of that page: it may only use its own styles."""
    # Links open in the whole window.
    part = '<base target="_top">' + _part(_parse(source), "html")
    rules = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
    return Response(part, headers={csp.HEADER: rules})


def _folder() -> Path:
    return Path(current_app.instance_path) / "mail"


def _find(id: str) -> Path:
    file = _folder() / f"{id}.eml"
    if not re.fullmatch(r"[0-9T]+-[0-9a-f]+", id) or not file.is_file():
        abort(404)
    return file


def _parse(source: bytes) -> EmailMessage:
    return message_from_bytes(source, policy=policy.default)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    return part.get_content() if part else ""


def _linkify(text: str) -> Markup:
    """Return escaped text with links that open in this window."""
    parts, end = [], 0
    for match in LINK.finditer(text):
        parts += [
            escape(text[end : match.start()]),
            Markup('<a href="{0}">{0}</a>').format(match[0]),
        ]
        end = match.end()
    return Markup("").join([*parts, escape(text[end:])])


def init_app(app: Flask) -> None:
    menus.add(app, "footer", "Mailbox", "mail.index", icon="inbox", visible=is_at_this_machine)
