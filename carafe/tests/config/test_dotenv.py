"""The file `.env`, as editors and shells of all systems write it."""

import pytest

from carafe.config import ConfigError, loading
from carafe.tests.site import settings


@pytest.fixture
def name_in(tmp_path, monkeypatch):
    """Returns what `APP_NAME` is in development when these bytes are the file."""
    monkeypatch.setattr(loading, "ROOT", tmp_path)
    monkeypatch.setenv("APP_ENV", "development")
    monkeypatch.delenv("APP_NAME", raising=False)

    def load(content: bytes) -> str:
        (tmp_path / ".env").write_bytes(content)
        return str(settings.load()["APP_NAME"])

    return load


@pytest.mark.parametrize(
    "content",
    [
        "APP_NAME=Café\n".encode(),
        "APP_NAME=Café\r\nLOG_LEVEL=info\r\n".encode(),
        "\ufeffAPP_NAME=Café\r\n".encode(),
        "# a comment\n\nexport APP_NAME='Café'".encode(),
        'APP_NAME = "Café"  # a comment\n'.encode(),
        "APP_NAME=Café\nMAIL_URL\nMAIL_FROM=\n".encode(),
    ],
    ids=["LF", "CRLF", "byte order mark", "export", "spaces and quotes", "names alone"],
)
def test_it_is_read(content, name_in):
    assert name_in(content) == "Café"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "latin-1"])
def test_another_encoding_is_refused_by_name(encoding, name_in):
    with pytest.raises(ConfigError, match=r"\.env is not UTF-8") as raised:
        name_in("APP_NAME=Café\n".encode(encoding))
    assert "UTF-8" in raised.value.remedy


def test_its_settings_are_refused_as_others_are(name_in):
    with pytest.raises(ConfigError, match="Invalid MAIL_URL") as raised:
        name_in(b"MAIL_URL=smtp://user:12#hunter2@mail.example.org\n")
    assert "hunter2" not in str(raised.value)


def test_it_counts_in_development_alone(name_in, monkeypatch):
    monkeypatch.setenv("APP_ENV", "testing")
    assert name_in(b"APP_NAME=Other\n") == "Carafe"
