"""The examples of docs/api.md, run against a server."""

import re
import subprocess
import sys
from threading import Thread

import pytest
from werkzeug.serving import make_server

from carafe.auth.models import ApiToken
from carafe.auth.models.api_token import is_well_formed
from carafe.config import ROOT
from carafe.database import db
from carafe.testing.apps import another_app

GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SCOPES = {"me:read", "notes:read", "notes:write", "tokens:write"}


def examples(language):
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.S)


@pytest.fixture
def variables(app, alice):
    """Return the variables of the guide, for a server with this app's data."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    site = f"http://127.0.0.1:{server.server_port}"
    with another_app(app, PUBLIC_URL=site) as public:
        server.app = public
        Thread(target=server.serve_forever, daemon=True).start()
        with public.app_context():
            _, token = ApiToken.issue(alice, "guide", SCOPES, prefix="carafe")
            db.session.commit()
        yield {"SITE": site, "TOKEN": token, "PATH": "/usr/local/bin:/usr/bin:/bin"}
        server.shutdown()
        server.server_close()


def run(variables, *command):
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


def test_its_commands_work(variables, stored):
    for script in examples("sh"):
        result = run(variables, "sh", "-euc", script)
        assert result.returncode == 0, (script, result.stdout, result.stderr)
    assert [title for title, *_ in stored()] == ["A new roof"]


def test_its_python_works(variables, write, alice):
    write(alice, *(f"Note {n}" for n in range(101)))
    result = run(variables, sys.executable, "-c", "\n".join(examples("python")))
    assert result.returncode == 0, result.stderr
    assert result.stdout.count("Note ") == 101


def test_it_describes_tokens(use_api, alice):
    token = use_api(alice).headers["Authorization"].removeprefix("Bearer ")
    [pattern] = [line for line in GUIDE.splitlines() if line.startswith(r"\bcarafe_")]
    assert re.fullmatch(pattern, token)
    example = re.search(r'is_token\("(\w+)"\)', GUIDE)
    assert example
    assert is_well_formed(example[1], "carafe")
