"""A clock that stands still, for screenshots."""

import subprocess
import sys

from carafe.config import ROOT

FROZEN = """
from datetime import datetime
from carafe.time import format_datetime, freeze, now, unix_time
freeze(datetime.fromisoformat("2020-02-29T10:30:00+00:00"))
print(format_datetime(now()), unix_time())
"""


def test_it_stands_still_in_a_process_that_froze_it() -> None:
    command = [sys.executable, "-c", FROZEN]
    output = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert output == "Feb 29, 2020, 10:30 AM 1582972200.0\n"
