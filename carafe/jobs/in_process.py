"""Jobs in the web server's processes, unless there are separate workers.

With `flask run` or gunicorn alone, jobs need no second process. `bin/start` runs one, so that jobs
take no time from pages.
"""

from __future__ import annotations

import atexit
import logging
import os
import threading

from flask import Flask

from carafe.jobs.worker import JobWorker

log = logging.getLogger("carafe.job")


class EmbeddedWorker:
    """Starts a worker in each process with its first request.

    Not earlier, because servers fork their processes after loading the app.
    """

    def __init__(self, app: Flask):
        self.app = app
        self.process = 0
        self.starting = threading.Lock()

    def __call__(self) -> None:
        if self.process != os.getpid():
            with self.starting:
                if self.process != os.getpid():
                    self.process = os.getpid()
                    self._start()

    def _start(self) -> None:
        worker = JobWorker(self.app, self.app.config["JOB_THREADS"])
        thread = threading.Thread(target=worker.work, name="jobs", daemon=True)
        thread.start()

        @atexit.register
        def stop() -> None:
            worker.stop()
            thread.join()


def init_app(app: Flask) -> None:
    if app.config["JOBS_IN_WEB"]:
        start = EmbeddedWorker(app)

        @app.before_request
        def start_worker() -> None:
            start()
