"""Large libraries are imported by what needs them, not by each process that starts."""

import os
import subprocess
import sys

from carafe.config import ROOT
from carafe.testing.groups import require

LIBRARIES = [
    "PIL",
    "alembic",
    "apispec",
    "authlib",
    "cryptography",
    "email_validator",
    "flask_smorest",
    "opentelemetry",
    "prometheus_client",
    "pyotp",
    "requests",
    "segno",
    "sentry_sdk",
    "sqlalchemy.dialects.postgresql",
    "structlog",
    "webauthn",
    "xlsxwriter",
]
ONE_REQUEST = """
import sys
from carafe.tests.site.wsgi import app

app.test_client().get("/nowhere")
print(sys.modules.keys() & set(sys.argv))
"""


def test_nothing_is_imported_before_it_is_needed(tmp_path):
    require("s3")
    command = [sys.executable, "-c", ONE_REQUEST, *LIBRARIES]
    settings = {
        "APP_ENV": "testing",
        "LOG_FORMAT": "json",
        "INSTANCE_PATH": str(tmp_path),
        "STORAGE_URL": "s3://k:s@s3.example.com/bucket",
    }
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"
