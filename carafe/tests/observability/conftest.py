"""What the tests of logs share."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from flask import Flask, request

from carafe.testing.apps import another_app
from carafe.web.routing import public


@pytest.fixture
def logging_app(app: Flask, capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Flask]]:
    """An app that logs everything, and has a view that breaks."""
    with ExitStack() as stack:

        def make(**settings: Any) -> Flask:
            defaults = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "PROPAGATE_EXCEPTIONS": False}
            made = stack.enter_context(another_app(app, **defaults | settings))

            @made.route("/broken/<token>", methods=["GET", "POST"])
            @public
            def broken(token: str) -> str:
                sent = request.get_json(silent=True), request.headers.get("Authorization")
                raise RuntimeError(f"as a bug would: {sent}")

            return made

        yield make


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What was logged since the last call."""
    return lambda: capsys.readouterr().err


@pytest.fixture
def lines(logged: Callable[[], str]) -> Callable[[], list[dict[str, Any]]]:
    """The same as objects: each line has to be one."""
    return lambda: [json.loads(line) for line in logged().splitlines()]
