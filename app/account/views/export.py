"""Take one's data away."""

from datetime import timedelta
from typing import Any

from flask import render_template, send_file
from flask_login import current_user

from app.account import personal_data
from app.account.views import blueprint
from app.audit import record
from app.auth.access import login_required, proof_required
from app.core.database import db, reading
from app.core.time import now
from app.security.limits import Limit

EXPORTS = Limit("export", 5, timedelta(hours=1))


@blueprint.get("/export")
@login_required
def export() -> Any:
    return render_template("account/export.html")


@blueprint.post("/export")
@proof_required
def make_export() -> Any:
    user_id = current_user.id
    EXPORTS.spend(str(user_id))
    record("data.exported", f"user:{user_id}")
    db.session.commit()
    with reading():  # packing takes its time, and must hold up nobody who writes
        packed = personal_data.pack(user_id)
    name = f"personal-data-{now():%Y-%m-%d}.zip"
    answer = send_file(packed, "application/zip", as_attachment=True, download_name=name)
    answer.headers["Cache-Control"] = "no-store"  # not just asked for again, as send_file has it
    return answer
