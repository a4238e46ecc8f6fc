"""Runs a request under the profiler, and leads the browser to the report."""

import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock
from time import perf_counter_ns
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from carafe.observability import queries
from carafe.observability.profiler.report import ProfiledResponse, Report, build_report
from carafe.security.local_requests import is_from_this_machine

ARGUMENT = "_profile"
SUBMIT = "submit"
# Tells the toolbar to skip this request: rendering it takes longer than most pages.
PROFILED = "carafe.profiled"
# Shorter than pyinstrument's default of 1 ms, in which many pages are done.
INTERVAL_SECONDS = 0.0002
MAX_REPORTS = 20


class ProfilingMiddleware:
    """WSGI middleware, so that what runs before and after a view is in the report, too."""

    def __init__(
        self,
        application: WSGIApplication,
        is_installed: bool,
        reports: OrderedDict[str, Report],
    ):
        self.application, self.is_installed, self.reports = application, is_installed, reports
        # Only one at a time: concurrent requests would distort each other's profile.
        self.lock = Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not is_profiled(environ):
            return self.application(environ, start_response)
        home = f"{environ.get('SCRIPT_NAME', '')}/dev/profiles/"
        if not self.is_installed:
            return redirect(start_response, home)
        environ[PROFILED] = True
        environ["QUERY_STRING"] = without_argument(environ["QUERY_STRING"])
        with self.lock:
            report, cookies = self._profile(environ)
        id = secrets.token_hex(4)
        self.reports[id] = report
        while len(self.reports) > MAX_REPORTS:
            self.reports.popitem(last=False)
        return redirect(start_response, home + id, cookies)

    def _profile(self, environ: WSGIEnvironment) -> tuple[Report, list[tuple[str, str]]]:
        """Return the report on a request, and the cookies that its response sets."""
        from pyinstrument import Profiler

        if environ["REQUEST_METHOD"] == "GET":
            # Imports and compiles templates, which is no part of what a page takes.
            self._run(environ.copy())
        profiler = Profiler(INTERVAL_SECONDS, async_mode="disabled")
        with profiler:
            started = perf_counter_ns()
            response = self._run(environ)
            total = perf_counter_ns() - started
        report = build_report(environ, response, total, queries.usage(), profiler)
        return report, [pair for pair in response.headers if pair[0].lower() == "set-cookie"]

    def _run(self, environ: WSGIEnvironment) -> ProfiledResponse:
        """Return the whole response, without sending it."""
        arguments: list[Any] = []

        def start(*status: Any) -> Callable[[bytes], object]:
            arguments[:] = status
            return lambda body: None

        chunks = self.application(environ, start)
        try:
            size = sum(map(len, chunks))
        finally:
            if close := getattr(chunks, "close", None):
                close()
        return ProfiledResponse(arguments[0], arguments[1], size)


def is_profiled(environ: WSGIEnvironment) -> bool:
    """Return whether a developer asks for the profile of this very request."""
    query = environ.get("QUERY_STRING", "")
    if ARGUMENT not in query or not is_from_this_machine(environ):
        return False
    values = parse_qs(query, keep_blank_values=True).get(ARGUMENT)
    return values is not None and (SUBMIT not in values or environ["REQUEST_METHOD"] == "POST")


def without_argument(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if name != ARGUMENT])


def redirect(
    start_response: StartResponse, url: str, headers: Iterable[tuple[str, str]] = ()
) -> list[bytes]:
    fields = [("Location", url), ("Content-Length", "0"), ("Cache-Control", "no-store")]
    start_response("303 See Other", [*fields, *headers])
    return []
