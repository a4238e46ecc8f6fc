"""What the tests of mail share."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from flask import Flask
from sqlalchemy import update

from carafe import mail
from carafe.database import db
from carafe.jobs import execution
from carafe.jobs.pauses import QueuePause
from carafe.mail import smtp, transports
from carafe.testing.apps import another_app
from carafe.time import now


@pytest.fixture
def post() -> Callable[..., None]:
    """Sends an email that some feature has, greeting by `name`; with a commit, unless told."""

    def send(to: str = "ann@example.com", name: str = "Ann", *, commit: bool = True) -> None:
        user = SimpleNamespace(greeting=f"Hello {name},")
        mail.send(to, "auth/emails/registered", user=user, reset_url="http://localhost/x")
        if commit:
            db.session.commit()

    return send


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that hangs is not waited for."""
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.3)
    monkeypatch.setattr(smtp, "GOODBYE_SECONDS", 0.3)


@pytest.fixture
def certificate(tmp_path: Path) -> Callable[..., Path]:
    """Makes a certificate for hosts, signed by itself, and its key in the same file."""

    def make(*hosts: str, ends: timedelta = timedelta(days=1)) -> Path:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])])
        made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        made = made.not_valid_before(now() - timedelta(days=9)).not_valid_after(now() + ends)
        names = [x509.DNSName(host) for host in hosts if host[0].isalpha()]
        addresses = [x509.IPAddress(ip_address(host)) for host in hosts if not host[0].isalpha()]
        made = made.add_extension(x509.SubjectAlternativeName([*names, *addresses]), critical=False)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file = tmp_path / f"{hosts[0]}.pem"
        file.write_bytes(secret + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
        return file

    return make


@pytest.fixture
def let_probe(app: Flask) -> Callable[[], None]:
    """The time of the next probe comes."""

    def come() -> None:
        with app.app_context():
            db.session.execute(update(QueuePause).values(until=now()))
            db.session.commit()

    return come


@pytest.fixture(scope="module")
def quiet_app(application: Flask) -> Iterator[Flask]:
    with another_app(application, LOG_LEVEL="CRITICAL") as quiet:
        yield quiet


@pytest.fixture
def mailing(
    app: Flask, quiet_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[str], Flask]]:
    """An app that emails to a URL, and does not wait before it tries again."""
    monkeypatch.setattr(execution, "_backoff", lambda *_: timedelta())
    with ExitStack() as stack:

        def make(url: str, **settings: Any) -> Flask:
            if settings:
                settings = {"MAIL_URL": url, "LOG_LEVEL": "CRITICAL"} | settings
                return stack.enter_context(another_app(app, **settings))
            monkeypatch.setitem(quiet_app.config, "MAIL_URL", url)
            transports.init_app(quiet_app)
            return quiet_app

        yield make
