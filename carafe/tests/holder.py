"""Take the write lock, say so, and keep it: `python -m carafe.tests.holder <database>`."""

import sys
import threading

from sqlalchemy import text

from carafe.database import db
from carafe.tests.site import create_app

with create_app({"APP_ENV": "testing", "DATABASE_URL": sys.argv[1]}).app_context():
    db.session.execute(text("SELECT 1"))
    print("holding", flush=True)  # noqa: T201
    threading.Event().wait()
