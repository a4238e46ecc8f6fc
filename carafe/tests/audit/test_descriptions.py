"""The sentences for actions, which an app can replace and add to."""

import re
from pathlib import Path

import carafe
from carafe.audit import add_descriptions, description, record
from carafe.auth.descriptions import DESCRIPTIONS
from carafe.database import db
from carafe.notifications import Notification, add_security_notice
from carafe.notifications.security import NOTICES
from carafe.testing.apps import another_app

SOURCES = Path(carafe.__file__).parent


def test_an_action_without_a_sentence_is_its_name_in_words(app):
    with app.app_context():
        assert description("shoe_box.re_tied") == "Shoe box re tied"


def test_an_app_replaces_and_adds_sentences(app):
    with another_app(app) as other, other.app_context():
        add_descriptions(other, {"session.started": "Welcome back", "thing.lent": "It was lent"})
        assert description("session.started") == "Welcome back"
        assert description("thing.lent") == "It was lent"
        assert description("user.suspended") == DESCRIPTIONS["user.suspended"]


def test_every_action_about_a_user_has_a_sentence(app):
    about_users = re.compile(r'record\(\s*"([a-z_.]+)", (?:user|self|current_user\.user)\.subject')
    files = [f for f in SOURCES.glob("auth/**/*.py") if f.name not in ("invitation.py", "cli.py")]
    actions = {action for file in files for action in about_users.findall(file.read_text())}
    assert len(actions) > 20
    assert actions - {*DESCRIPTIONS} == {"user.deleted"}  # which no user reads


def test_an_app_replaces_and_adds_security_notices(app, alice):
    with another_app(app) as other, other.app_context():
        add_descriptions(other, {"thing.lent": "It was lent"})
        add_security_notice(other, "thing.lent")
        add_security_notice(other, "user.role_changed", title="New role", body="Enjoy.")
        for action in ("thing.lent", "user.role_changed", "user.renamed"):
            record(action, alice.subject)
        notices = db.session.query(Notification).order_by(Notification.id).all()
        assert [(notice.title, notice.url) for notice in notices] == [
            ("It was lent", ""), ("New role", ""),
        ]  # fmt: skip
        assert notices[-1].body == "Enjoy."
        db.session.rollback()


def test_every_security_notice_has_a_title(app):
    with app.app_context():
        titles = {action: notice.title for action, notice in NOTICES.by_name(app).items()}
    assert [a for a, title in titles.items() if not title and a not in DESCRIPTIONS] == []
