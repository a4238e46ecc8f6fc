"""Programs that use the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from carafe.auth.accounts.api_tokens import available_scopes
from carafe.auth.models import ApiToken, UserMixin
from carafe.database import db
from carafe.testing import contract


class ApiClient:
    """A program that sends JSON and a token to `/api/v1`.

    Each response must be one that the OpenAPI document promises.
    """

    def __init__(self, client: FlaskClient, token: str):
        self.client, self.token = client, token
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.request("GET", path, **options)

    def post(self, path: str, json: object = None, **options: Any) -> TestResponse:
        return self.request("POST", path, json=json, **options)

    def request(
        self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        """Send a request to a path below `/api/v1`, or to a URL from a response."""
        url = path if "://" in path else f"/api/v1{path}"
        all_headers = self.headers | (headers or {})
        response = self.client.open(
            url, method=method, headers=all_headers, buffered=True, **options
        )
        contract.check(self.client.application, method, response)
        return response

    def change(self, method: str, path: str, json: object = None, **options: Any) -> TestResponse:
        """Send a change of what is there now, with its `ETag`."""
        etag = self.get(path).headers["ETag"]
        return self.request(method, path, headers={"If-Match": etag}, json=json, **options)


UseApi = Callable[..., ApiClient]


@pytest.fixture
def use_api(app: Flask) -> UseApi:
    """Return a function that gives a program a user's token: `use_api(alice, "notes:read")`.

    Without scopes, it has all.
    """

    def use_api(user: UserMixin, *scopes: str, **options: Any) -> ApiClient:
        with app.app_context():
            names = {*(scopes or available_scopes())}
            prefix = app.config["API_TOKEN_PREFIX"]
            _, text = ApiToken.issue(user, "test", names, prefix=prefix, **options)
            db.session.commit()
        return ApiClient(app.test_client(), text)

    return use_api
