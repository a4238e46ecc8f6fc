"""What is old goes."""

from datetime import timedelta

from carafe.database import batches, db
from carafe.notifications import Message, jobs
from carafe.time import now


def test_it_deletes_what_is_older_than_90_days(
    app, alice, notify_user, notification_titles, monkeypatch
):
    monkeypatch.setattr(batches, "BATCH_SIZE", 2)
    for days in (120, 100, 91, 89, 0):
        notify_user(alice, f"{days} days ago", at=now() - timedelta(days=days))
    with app.app_context():
        for days in (91, 89):
            db.session.add(Message(title="x", created_at=now() - timedelta(days=days)))
        db.session.commit()
        assert jobs.purge() == 4
    assert notification_titles(alice) == ["89 days ago", "0 days ago"]
