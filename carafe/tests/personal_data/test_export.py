"""The export of personal data, as the archive that is downloaded."""

import io
import json
import re
import zipfile

import pytest

from carafe import personal_data
from carafe.auth.models import LinkedAccount, Passkey, RecoveryCode, Session, Totp
from carafe.database import db
from carafe.jobs.worker import run_due
from carafe.testing.accounts import PASSWORD
from carafe.testing.apps import another_app
from carafe.testing.clock import later
from carafe.tests.personal_data.archives import FILE, PAGE, unpack
from carafe.tests.site.models import Thing, User


@pytest.fixture
def fetch(app):
    """Asks for the archive, has it made and downloads it."""

    def make(browser):
        answer = browser.submit(PAGE)
        assert (answer.status_code, answer.location) == (303, PAGE), answer.text
        run_due(app)
        return browser.get(FILE)

    return make


@pytest.fixture
def export(sign_in, fetch):
    return lambda user: unpack(fetch(sign_in(user)))


def test_it_is_a_zip_file_named_by_the_day(alice, sign_in, fetch):
    answer = fetch(sign_in(alice))
    assert answer.content_type == "application/zip"
    name = r"attachment; filename=personal-data-\d{4}-\d\d-\d\d\.zip"
    assert re.fullmatch(name, answer.headers["Content-Disposition"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_it_holds_what_the_account_keeps(app, alice, export):
    with app.app_context():
        key = {"credential_id": b"c", "public_key": b"k", "sign_count": 0, "name": "Key"}
        account = {"provider": "acme", "subject": "s1", "label": "al@acme.example"}
        db.session.add(Passkey(user_id=alice.id, **key))
        db.session.add(LinkedAccount(user_id=alice.id, **account))
        user = db.session.get(User, alice.id)
        assert user
        user.name = "Älice “A” 漢字"
        db.session.commit()
        packed = personal_data.build_archive(alice.id)
    with packed, zipfile.ZipFile(packed) as archive:
        files = {n: archive.read(n).decode() for n in archive.namelist()}
    [profile] = json.loads(files["profile.json"])
    assert profile["email"] == alice.email
    assert profile["name"] == "Älice “A” 漢字"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", profile["created_at"])
    assert [p["name"] for p in json.loads(files["passkeys.json"])] == ["Key"]
    [connected] = json.loads(files["connected-accounts.json"])
    assert connected["label"] == "al@acme.example"
    assert "profile.json" in files["README.txt"]


def test_it_holds_sessions_and_activity(alice, export):
    files = export(alice)
    assert len(files["sessions.json"]) == 1
    assert [event["what"] for event in files["activity.json"]] == [
        "Account created", "Logged in", "Data export created",
    ]  # fmt: skip


def test_it_holds_rows_of_theirs_that_no_section_has(app, alice, bob, export):
    with app.app_context():
        Thing.create(alice.id, "Roof", "two offers")
        Thing.create(bob.id, "Cellar")
        db.session.commit()
    files = export(alice)
    [thing] = files["things.json"]
    assert thing.keys() == {"title", "body", "archived_at", "created_at"}
    assert (thing["title"], thing["body"]) == ("Roof", "two offers")
    assert "things.json" in files["README.txt"]


def test_a_section_of_that_name_replaces_them(app, alice):
    with another_app(app) as other, other.app_context():
        Thing.create(alice.id, "Roof")
        db.session.commit()
        personal_data.add_section(other, "things", lambda user_id: [{"owner": user_id}])
        with personal_data.build_archive(alice.id) as file, zipfile.ZipFile(file) as archive:
            assert json.loads(archive.read("things.json")) == [{"owner": alice.id}]


def test_it_holds_nobody_elses(alice, bob, carol, sign_in, export):
    sign_in(bob).submit("/account/email", {"email": alice.email})
    sign_in(carol).submit(f"/admin/users/{alice.id}", {"name": "Alicia"})
    text = json.dumps(export(alice))
    for other in (bob, carol):
        assert other.email not in text
        assert f'"{other.name}"' not in text


def test_it_holds_no_secret(app, alice, sign_in, fetch):
    browser = sign_in(alice)
    browser.submit("/account/email", {"email": "alice@new.example.com"})
    with app.app_context():
        db.session.add(Totp(user_id=alice.id, secret=b"totp-secret", counter=0))
        db.session.add(RecoveryCode(user_id=alice.id, code_hash=b"code-hash"))
        db.session.commit()
        hashes = [*db.session.scalars(db.select(User.password_hash))]
        sessions = [*db.session.scalars(db.select(Session.token_hash))]
    answer = fetch(browser)
    [token] = [value for name, value in browser.cookies() if name == "session"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        text = b"\n".join(archive.read(name) for name in archive.namelist())
    secrets = [b"totp-secret", b"code-hash", b"$argon2", token.encode(), *sessions]
    secrets += [hash.encode() for hash in hashes] + [s.hex().encode() for s in sessions]
    assert not [secret for secret in secrets if secret in text]


def test_it_asks_for_a_proof(app, alice, sign_in):
    browser = sign_in(alice)
    later(app, minutes=11)
    answer = browser.submit(PAGE)
    assert answer.location.startswith("/auth/reauthenticate")
    proved = browser.submit(answer.location, {"password": PASSWORD})
    assert browser.submit(proved.location, action=PAGE).location == PAGE
    run_due(app)
    assert browser.get(FILE).status_code == 200
    later(app, minutes=11)
    answer = browser.get(FILE)
    assert answer.location == "/auth/reauthenticate?next=/account/export/file"


def test_it_is_made_by_no_link(app, alice, sign_in):
    browser = sign_in(alice)
    assert browser.get(PAGE).content_type.startswith("text/html")
    assert browser.get(FILE).location == PAGE
    assert run_due(app) == 0


def test_it_is_made_a_few_times_an_hour(app, alice, bob, sign_in):
    browser = sign_in(alice)
    form = browser.fill(PAGE)
    statuses = []
    for _ in range(6):
        statuses.append(browser.send(form).status_code)
        run_due(app)
    assert statuses == [303] * 5 + [429]
    assert sign_in(bob).submit(PAGE).status_code == 303
    later(app, hours=1)
    browser = sign_in(alice)
    assert browser.submit(PAGE).status_code == 303


def test_it_is_audited_when_it_is_made_and_taken(alice, export, events):
    export(alice)
    for action in ("data.exported", "data.downloaded"):
        assert events(action) == [(alice.email, alice.subject, {})]


def test_it_lets_each_feature_add_its_own(app, alice):
    with another_app(app) as other, other.app_context():
        personal_data.add_section(other, "shoes", lambda user_id: iter([{"owner": user_id}]))
        personal_data.add_section(other, "hats", lambda user_id: [])
        personal_data.add_file(other, lambda user_id: ("foot.txt", b"42"))
        personal_data.add_file(other, lambda user_id: None)
        with personal_data.build_archive(alice.id) as packed, zipfile.ZipFile(packed) as archive:
            assert json.loads(archive.read("shoes.json")) == [{"owner": alice.id}]
            assert json.loads(archive.read("hats.json")) == []
            assert archive.read("foot.txt") == b"42"


def test_it_refuses_what_has_no_place_in_it(app, alice):
    with another_app(app) as other, other.app_context():
        personal_data.add_section(other, "keys", lambda user_id: [{"hash": b"\x01"}])
        with pytest.raises(TypeError, match="value of type bytes"):
            personal_data.build_archive(alice.id)


def test_it_holds_up_nobody_who_writes(app, alice, sign_in, monkeypatch):
    """The transaction in which the archive is packed may not write."""
    from carafe.database.transactions import takes_write_lock

    seen = []
    rows = app.extensions["personal_data"]["profile"]

    def profile(user_id):
        seen.append(takes_write_lock())
        return rows(user_id)

    monkeypatch.setitem(app.extensions["personal_data"], "profile", profile)
    browser = sign_in(alice)
    browser.submit(PAGE)
    run_due(app)
    assert seen == [False]


def test_it_keeps_a_large_one_out_of_memory(app, alice, monkeypatch):
    monkeypatch.setattr(personal_data, "MAX_IN_MEMORY_BYTES", 1000)
    with another_app(app) as other, other.app_context():
        lines = ({"n": n, "text": str(n * 7919 % 10_007)} for n in range(5000))
        personal_data.add_section(other, "lines", lambda user_id: lines)
        with personal_data.build_archive(alice.id) as packed:
            assert packed._rolled  # type: ignore[attr-defined]
            with zipfile.ZipFile(packed) as archive:
                assert len(json.loads(archive.read("lines.json"))) == 5000
