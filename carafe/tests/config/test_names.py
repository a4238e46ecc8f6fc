"""Variables that are almost settings: `flask check` tells of them, since they would be ignored."""

import json
import os
import re
import subprocess

from carafe.config import ROOT
from carafe.testing.checks import findings
from carafe.testing.server import BIN
from carafe.tests.site import settings

ID = "core.setting_names"


ALMOST_SETTINGS = {
    "TRUSTED_HOST": "TRUSTED_HOSTS",
    "TRUSTEDHOSTS": "TRUSTED_HOSTS",
    "TRUSTED_PROXY": "TRUSTED_PROXIES",
    "ALLOWED_HOSTS": "TRUSTED_HOSTS",
    "SECRETKEY": "SECRET_KEY",
    "secret_key": "SECRET_KEY",
    "FLASK_SECRET_KEY": "SECRET_KEY",
    "SECRET_KEY_FALLBACK": "SECRET_KEY_FALLBACKS",
    "MAIL_SERVER": "MAIL_URL",
    "SMTP_PASSWORD": "MAIL_URL",
    "MAIL_DEFAULT_SENDER": "MAIL_FROM",
    "DATABASE_URI": "DATABASE_URL",
    "LOGLEVEL": "LOG_LEVEL",
    "WEB_THREAD": "WEB_THREADS",
    "OAUTH_GOOGLE_CLIENT_ID": "OAUTH_PROVIDERS",
}


def test_it_tells_which_settings_may_be_meant(app, monkeypatch):
    for name in ALMOST_SETTINGS:
        monkeypatch.setenv(name, "hunter2")
    findings_by_id = findings(app)
    assert list(findings_by_id) == [ID]
    assert findings_by_id[ID]["level"] == "warning"
    hints = re.findall(r"(\w+) \(did you mean (\w+)\?\)", findings_by_id[ID]["message"])
    assert dict(hints) == ALMOST_SETTINGS
    assert "hunter2" not in str(findings_by_id)


def test_it_knows_the_fields_of_the_providers_that_there_are(app, monkeypatch):
    monkeypatch.setenv("OAUTH_PROVIDERS", "google")
    monkeypatch.setenv("OAUTH_GOOGLE_CLIENT_ID", "carafe")
    monkeypatch.setenv("OAUTH_GOOGLE_CLIENTSECRET", "hunter2")
    message = findings(app, OAUTH_PROVIDERS={})[ID]["message"]
    assert "OAUTH_GOOGLE_CLIENTSECRET (did you mean OAUTH_GOOGLE_CLIENT_SECRET?)" in message
    assert "CLIENT_ID" not in message


VARIABLES_OF_OTHERS = [
    *("MAIL", "HOSTNAME", "PATH", "LOGNAME", "USER", "PGHOST", "SECRET", "HTTP_PROXY"),
    *("FLASK_APP", "FLASK_RUN_PORT", "OTEL_SERVICE_NAME", "OAUTHLIB_RELAX"),
    *("KUBERNETES_PORT", "DB_PORT_5432_TCP", "JOBS_PID", "LC_ALL", "SSL_CERT_FILE"),
]


def test_it_says_nothing_of_variables_of_others_and_empty_ones(app, monkeypatch):
    for name in VARIABLES_OF_OTHERS:
        monkeypatch.setenv(name, os.environ.get(name, "3"))
    monkeypatch.setenv("TRUSTED_HOST", "")
    assert findings(app) == {}


def test_it_is_found_where_the_app_does_not_start_without_the_setting(tmp_path):
    environ = {name: value for name, value in os.environ.items() if name != "SECRET_KEY"}
    environ |= {"APP_ENV": "production", "INSTANCE_PATH": str(tmp_path), "SECRETKEY": "hunter2"}
    result = subprocess.run(
        [str(BIN / "flask"), "check", "--json"],
        cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    [hint] = [finding for finding in json.loads(result.stdout) if finding["id"] == ID]
    assert "SECRETKEY (did you mean SECRET_KEY?)" in hint["message"]


def test_old_names_of_settings_still_work(environ, monkeypatch):
    environ(AUDIT_KEEP_DAYS="31", RECORD_SAMPLE="0.5", RECORDER_SAMPLE_RATE="0.25")
    monkeypatch.setattr(settings.Production, "SECOND_FACTORS_URL", "/mine", raising=False)
    values = settings.load({"RECORD_SAMPLE": 1.0})
    assert (values["AUDIT_RETENTION_DAYS"], values["TWO_FACTOR_URL"]) == (31, "/mine")
    assert values["RECORDER_SAMPLE_RATE"] == 1.0
    assert settings.load()["RECORDER_SAMPLE_RATE"] == 0.25
    assert not {"AUDIT_KEEP_DAYS", "RECORD_SAMPLE", "SECOND_FACTORS_URL"} & set(values)


def test_a_new_name_in_a_subclass_wins_over_an_old_one(environ, monkeypatch):
    environ()
    monkeypatch.setattr(settings.Config, "SECOND_FACTORS_URL", "/old", raising=False)
    monkeypatch.setattr(settings.Production, "TWO_FACTOR_URL", "/new", raising=False)
    assert settings.load()["TWO_FACTOR_URL"] == "/new"


def test_it_says_nothing_of_an_old_name(app, monkeypatch):
    monkeypatch.setenv("RECORD_SAMPLE", "0.5")
    assert findings(app) == {}
