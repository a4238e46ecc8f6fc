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

# gunicorn does so, too, but after reading this.
if (root := str(Path(__file__).parent)) not in sys.path:
    sys.path.insert(0, root)
# Forget the imported modules, so that workers find new files after a reload.
settings = runpy.run_path(f"{root}/config.py")
for module in [name for name in sys.modules if name.partition(".")[0] == "carafe"]:
    del sys.modules[module]
try:
    values = settings["load"]()
except settings["ConfigError"] as error:
    # Report it once here instead of in each worker. Any other exception would be a traceback.
    sys.exit(f"Error: {error}")

host = f"[{values['HOST']}]" if ":" in values["HOST"] else values["HOST"]
bind = f"{host}:{values['PORT']}"
workers, threads = values["WEB_CONCURRENCY"], values["WEB_THREADS"]
worker_class = "gthread"

# Time for requests in flight after a stop signal; container engines kill after ten seconds.
graceful_timeout = 8
# Workers constantly write to their heartbeat files, which must not wait for a disk.
memory = Path("/dev/shm")  # noqa: S108
worker_tmp_dir = str(memory) if memory.is_dir() else None

# glibc keeps the 19 MiB of a password hash for every thread that computed one, so workers
# grow to 150 MiB. Blocks over 1 MiB are freed immediately, at the cost of hashing in 26 ms instead
# of 16.
M_MMAP_THRESHOLD = -3
with suppress(AttributeError):  # other C libraries
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1024 * 1024)

# Only the app decides which proxies to trust (TRUSTED_PROXIES). gunicorn would accept scheme and
# path from anyone on the loopback interface.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""

# The app logs each request, with its ID.
accesslog = None
# It would be a file in the home folder, which a read-only root file system doesn't allow.
control_socket_disable = True


def post_fork(server: Any, worker: Any) -> None:
    """Disable garbage collection while a worker loads the app: it takes a tenth of the time."""
    gc.disable()


def post_worker_init(worker: Any) -> None:
    """Enable garbage collection, but exclude the app's own objects.

    Otherwise, each full collection would delay a request by as long as 15 others take.
    """
    gc.freeze()
    gc.enable()


# The job worker that `bin/start` began before it became this process.
jobs = int(os.environ.get("JOBS_PID") or 0)


def when_ready(server: Any) -> None:
    """Stop or reload the job worker together with the server, not after it."""
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
            os.kill(jobs, signal.SIGTERM)  # nobody requested a stop if the app doesn't start
            os.waitpid(jobs, 0)
