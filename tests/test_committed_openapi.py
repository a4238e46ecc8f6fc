"""The OpenAPI document in the repository: it's current, and a change is explained."""

import json
import subprocess

import pytest

from carafe.config import ROOT

DOCUMENT = ROOT / "docs" / "openapi.json"


@pytest.fixture
def check(app, tmp_path):
    """Return a function that checks another document than the committed one."""

    def check(document):
        file = tmp_path / "openapi.json"
        file.write_text(json.dumps(document))
        return app.test_cli_runner().invoke(args=["openapi", str(file), "--check"])

    return check


def test_it_is_current():
    run = subprocess.run(
        [ROOT / "bin" / "openapi", "--check"], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_removed_operation_breaks_clients(check):
    document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    paths = document["paths"]
    paths["/api/v1/teas"] = {"get": {**paths["/api/v1/me"]["get"], "operationId": "teas.list"}}
    del paths["/api/v1/me"]
    result = check(document)
    assert result.exit_code == 1
    *findings, error = result.output.splitlines()
    assert findings == [
        "breaking    teas.list: was removed (GET /api/v1/teas)",
        "compatible  me.read: was added (GET /api/v1/me)",
    ]
    assert error.endswith("openapi.json isn't current. Run: bin/openapi")
