"""What is old goes."""

from datetime import timedelta

from app.core import chunks
from app.core.database import db
from app.core.time import now
from app.notifications import Message, jobs


def test_it_deletes_what_is_older_than_90_days(app, alice, tell, told, monkeypatch):
    monkeypatch.setattr(chunks, "CHUNK", 2)
    for days in (120, 100, 91, 89, 0):
        tell(alice, f"{days} days ago", at=now() - timedelta(days=days))
    with app.app_context():
        for days in (91, 89):
            db.session.add(Message(title="x", created_at=now() - timedelta(days=days)))
        db.session.commit()
        assert jobs.purge() == 4
    assert told(alice) == ["89 days ago", "0 days ago"]
