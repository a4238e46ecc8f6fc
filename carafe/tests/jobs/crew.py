"""Processes of workers that can be killed, and a job that tells how often it was begun.

flask --app carafe.tests.jobs.crew jobs work
"""

import os
import signal
import subprocess
import sys
from pathlib import Path
from time import time
from typing import Any, Self

from flask import Flask, current_app

from carafe.audit import record
from carafe.config import ROOT
from carafe.jobs import job
from carafe.tests import site

BEGUN = "begun"


@job(queue="tests")
def count(number):
    """Notes in a file that it was begun, and in the audit trail that it came to its end."""
    with (Path(current_app.instance_path) / BEGUN).open("ab", buffering=0) as file:
        file.write(b"%d %f\n" % (number, time()))
    record("job.ran", str(number))


def begun(instance: Path) -> dict[int, list[float]]:
    """When each number was begun."""
    times: dict[int, list[float]] = {}
    if (file := instance / BEGUN).exists():
        # A worker may still be writing the last line.
        for line in file.read_text().split("\n")[:-1]:
            number, seconds = line.split()
            times.setdefault(int(number), []).append(float(seconds))
    return times


def create_app() -> Flask:
    return site.create_app()


class Crew:
    def __init__(self, environ: dict[str, str], log: Path):
        self.environ, self.log = os.environ | environ, log
        self.processes: list[subprocess.Popen[Any]] = []

    def start(self, queue: str = "tests") -> None:
        command = [sys.executable, "-m", "flask", "--app", "carafe.tests.jobs.crew", "jobs", "work"]
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(
                    [*command, "--queue", queue], cwd=ROOT, env=self.environ,
                    stdout=log, stderr=log,
                )
            )  # fmt: skip

    def kill(self) -> None:
        """The one that is here for the longest, without warning."""
        process = self.processes.pop(0)
        process.kill()
        process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        while self.processes:
            self.kill()

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        while self.processes:
            self.processes.pop().wait(30)
