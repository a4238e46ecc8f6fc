"""Takes the write lock, says so, and keeps it for ever: `python -m tests.holder <database>`."""

import sys
import threading

from sqlalchemy import text

from app import create_app
from carafe.database import db

with create_app({"APP_ENV": "testing", "DATABASE_URL": sys.argv[1]}).app_context():
    db.session.execute(text("SELECT 1"))
    print("holding", flush=True)  # noqa: T201
    threading.Event().wait()
