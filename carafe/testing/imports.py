"""Import CSV files on the pages of the admin."""

import csv
import io

from flask import Flask
from werkzeug.test import TestResponse

from carafe.jobs.worker import run_due
from carafe.testing.http import Browser


class Importer:
    """The browser of a user who imports into a list, such as "/admin/notes/"."""

    def __init__(self, app: Flask, browser: Browser, list: str):
        self.app, self.browser, self.list = app, browser, f"{list}imports/"
        # The path of the page of the last upload.
        self.page = ""
        self._token = ""

    def upload(
        self, content: str | bytes, name: str = "rows.csv", status: int = 303
    ) -> TestResponse:
        data = content.encode() if isinstance(content, str) else content
        self._token = self._token or self.browser.fill(self.list).fields["csrf_token"]
        response = self._post(self.list, file=(io.BytesIO(data), name))
        assert response.status_code == status, response.text
        self.page = response.location or ""
        return response

    def check(self, content: str | bytes, **columns: str) -> str:
        """Upload a file and check its rows; return the page."""
        self.upload(content)
        return self.check_rows(columns)

    def check_rows(self, columns: dict[str, str] | None = None) -> str:
        response = self.send("check", columns)
        assert response.status_code == 303, response.text
        run_due(self.app)
        return self.look()

    def send(self, noun: str, fields: dict[str, str] | None = None) -> TestResponse:
        return self.browser.submit(self.page, fields, action=f"{self.page}/{noun}")

    def bring_in(self, mode: str = "good") -> str:
        """Import the checked rows; return the page."""
        assert self._post(f"{self.page}/rows", mode=mode).status_code == 303
        run_due(self.app)
        return self.look()

    def _post(self, path: str, **fields: object) -> TestResponse:
        return self.browser.post(path, {"csrf_token": self._token} | fields)

    def look(self) -> str:
        response = self.browser.get(self.page)
        assert response.status_code == 200
        return response.text

    def errors(self) -> list[list[str]]:
        """Return row, column, value, and reason of each error."""
        file = self.browser.get(f"{self.page}/errors.csv").data.decode("utf-8-sig")
        _, *rows = csv.reader(io.StringIO(file))
        return rows
