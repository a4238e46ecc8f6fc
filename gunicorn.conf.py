"""The production server: `gunicorn wsgi:app`. Put a buffering proxy in front of it."""

import os
from pathlib import Path

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"

# Requests in flight when asked to stop have this long; container engines wait ten seconds.
graceful_timeout = 8
# Heartbeat files must not wait for a disk, and a read-only root has no /tmp.
memory = Path("/dev/shm")  # noqa: S108
worker_tmp_dir = str(memory) if memory.is_dir() else None

# The app alone decides which proxies to believe (TRUSTED_PROXIES). gunicorn would take the scheme
# from anyone on the loopback interface.
forwarded_allow_ips = ""
secure_scheme_headers: dict[str, str] = {}

# The app writes a line for each request, with its id.
accesslog = None
control_socket_disable = True
