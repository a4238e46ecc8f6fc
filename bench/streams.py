"""The app with a stream of server-sent events beside it, for `live.py`: what was not taken."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from wsgi import app as application

STREAM = "/stream"
BEAT_SECONDS = 5


def beats() -> Iterator[bytes]:
    while True:
        yield b"event: unread\ndata: 3\n\n"
        time.sleep(BEAT_SECONDS)


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != STREAM:
        return application(environ, start_response)
    start_response("200 OK", [("Content-Type", "text/event-stream")])
    return beats()
