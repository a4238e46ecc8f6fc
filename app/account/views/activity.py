"""The account's activity: what happened to it, and from where."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.account.activity_texts import activity_text, visible_address
from app.account.views import blueprint
from carafe.audit import AuditEvent
from carafe.auth import current_user, login_required, past_emails
from carafe.web import paginate


@blueprint.get("/activity")
@login_required
def activity() -> ResponseReturnValue:
    subject = f"user:{current_user.id}"
    page = paginate(
        select(
            AuditEvent.at, AuditEvent.action, AuditEvent.actor, AuditEvent.details,
            AuditEvent.address, AuditEvent.id,
        ).where(AuditEvent.subject == subject),
        AuditEvent.id,
        descending=True,
    )  # fmt: skip
    emails = {email for email, *_ in past_emails(subject, current_user.email)}
    page.rows = [
        (
            at,
            activity_text(action, actor, emails),
            details.get("device"),
            visible_address(action, actor, address, emails),
        )
        for at, action, actor, details, address, _ in page.rows
    ]
    return render_template("account/activity.html", page=page)
