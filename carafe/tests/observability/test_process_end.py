"""What a process observed arrives when it ends, and nothing holds up its end."""

import os
import subprocess
import sys
from threading import Event

import pytest

from carafe.config import ROOT
from carafe.observability import store
from carafe.testing.groups import require
from carafe.testing.loopback import Loopback
from carafe.testing.recording import recording_app, rows

PATIENCE_SECONDS = 120
ONE_REQUEST = """
import threading
from carafe.tests.site.wsgi import app
from carafe.observability import recorder, writer
app.test_client().get("/nowhere")
"""
HANGING_DATABASE = """
recorder.END_SECONDS = 0.1
writer.write = lambda *arguments: threading.Event().wait()
"""


@pytest.fixture
def app(app):
    with recording_app(app) as made:
        yield made


@pytest.fixture
def collector():
    with Loopback() as server:
        server.routes["/v1/traces"] = lambda call: (200, {}, b"")
        yield server


@pytest.fixture
def run(app, collector):
    """Runs code in a separate process, until it ends."""
    require("otel")

    def run(code):
        settings = {
            "APP_ENV": "testing",
            "INSTANCE_PATH": app.instance_path,
            "RECORDER_SAMPLE_RATE": "1",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_TIMEOUT": str(10 * PATIENCE_SECONDS),
        }
        command, environ = [sys.executable, "-c", code], os.environ | settings
        subprocess.run(command, cwd=ROOT, env=environ, check=True, timeout=PATIENCE_SECONDS)

    return run


def counted(app):
    return sum(row.count for row in rows(app, store.request_count) if row.resolution == 60)


def test_everything_is_there_when_the_process_ends(run, app, collector):
    run(ONE_REQUEST)
    assert counted(app) == 1
    assert collector.called("/v1/traces")


def test_a_database_and_a_collector_that_hang_hold_up_nobody(run, app, collector):
    ended = Event()
    collector.routes["/v1/traces"] = lambda call: ended.wait() and (200, {}, b"")
    try:
        run(ONE_REQUEST + HANGING_DATABASE)
    finally:
        ended.set()
    assert counted(app) == 0
    assert collector.called("/v1/traces")
