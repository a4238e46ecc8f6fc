"""The production server: `gunicorn wsgi:app`. Put a buffering proxy in front of it."""

import ctypes
import gc
import os
import runpy
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

# gunicorn does so as well, but after it has read this.
if (root := str(Path(__file__).parent)) not in sys.path:
    sys.path.insert(0, root)
# Not imported, nor kept: after a reload the workers are to find the new files.
settings = runpy.run_path(f"{root}/config.py")
for module in [name for name in sys.modules if name.partition(".")[0] == "carafe"]:
    del sys.modules[module]
try:
    values = settings["load"]()
except settings["ConfigError"] as error:
    # Said once here, and not once for each worker. Any other exception would be a traceback.
    sys.exit(f"Error: {error}")

host = f"[{values['HOST']}]" if ":" in values["HOST"] else values["HOST"]
bind = f"{host}:{values['PORT']}"
workers, threads = values["WEB_CONCURRENCY"], values["WEB_THREADS"]
worker_class = "gthread"

# Requests in flight when asked to stop have this long; container engines kill after ten seconds.
graceful_timeout = 8
# Workers write to their heartbeat files all the time, and must not wait for a disk.
memory = Path("/dev/shm")  # noqa: S108
worker_tmp_dir = str(memory) if memory.is_dir() else None

# glibc keeps the 19 MiB of a hashed password for every thread that made one, and workers of 65 MiB
# grow to 150. Blocks over 1 MiB go back at once; hashing takes 26 ms instead of 16 for it.
M_MMAP_THRESHOLD = -3
with suppress(AttributeError):  # other C libraries
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1024 * 1024)

# The app alone decides which proxies to believe (TRUSTED_PROXIES). gunicorn would take scheme and
# path from anyone on the loopback interface.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# The app writes a line for each request, with its id.
accesslog = None
# It would be a file in the home folder, which a read-only root does not allow.
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Collect no garbage while a worker loads the app: it is a tenth of the time, for nothing."""
    gc.disable()


def post_worker_init(worker: Any) -> None:
    """Collect garbage from now on, but never look at the app itself again.

    Otherwise each full collection would hold up a request by as long as 15 others take.
    """
    gc.freeze()
    gc.enable()


# The process for jobs that `bin/start` began before it became this one.
jobs = int(os.environ.get("JOBS_PID") or 0)


def when_ready(server: Any) -> None:
    """Let jobs end, or begin anew, when the server does: at the same time, not after it."""
    if not jobs:
        return

    def pass_on(number: int, previous: Any) -> None:
        def both(*arguments: Any) -> None:
            with suppress(ProcessLookupError):
                os.kill(jobs, signal.SIGHUP if number == signal.SIGHUP else signal.SIGTERM)
            previous(*arguments)

        signal.signal(number, both)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        pass_on(number, signal.getsignal(number))


def on_exit(server: Any) -> None:
    if jobs:
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(jobs, signal.SIGTERM)  # nobody asked to stop where the app does not start
            os.waitpid(jobs, 0)
