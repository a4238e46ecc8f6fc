"""An administrator who imports notes."""

import csv
import io
from typing import Any

from carafe.jobs.worker import run_due
from carafe.testing.http import Browser

LIST = "/admin/notes/imports/"


class Importer:
    """Carol, importing."""

    def __init__(self, app: Any, browser: Browser):
        self.app, self.browser, self.page = app, browser, ""

    def upload(self, content: str | bytes, name: str = "notes.csv", status: int = 303) -> Any:
        data = content.encode() if isinstance(content, str) else content
        form = self.browser.fill(LIST)
        answer = self.browser.send(form, {"file": (io.BytesIO(data), name)})
        assert answer.status_code == status, answer.text
        self.page = answer.location if status == 303 else ""
        return answer

    def check(self, content: str | bytes, **columns: str) -> str:
        """Upload a file and have it checked; the page that says how it is."""
        self.upload(content)
        return self.check_rows(columns)

    def check_rows(self, columns: dict[str, str] | None = None) -> str:
        answer = self.send("check", columns)
        assert answer.status_code == 303, answer.text
        run_due(self.app)
        return self.look()

    def send(self, noun: str, fields: dict[str, str] | None = None) -> Any:
        return self.browser.submit(self.page, fields, action=f"{self.page}/{noun}")

    def bring_in(self, mode: str = "good") -> str:
        assert self.send("rows", {"mode": mode}).status_code == 303
        run_due(self.app)
        return self.look()

    def look(self) -> str:
        answer = self.browser.get(self.page)
        assert answer.status_code == 200
        return answer.text

    def errors(self) -> list[list[str]]:
        file = self.browser.get(f"{self.page}/errors.csv").data.decode("utf-8-sig")
        _, *rows = csv.reader(io.StringIO(file))
        return rows
