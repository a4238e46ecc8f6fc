"""Sample notes."""

from datetime import timedelta

from app.auth.demo import USER
from app.auth.models import User
from app.notes.models import Note
from carafe.database import db
from carafe.time import now

COUNT = 300
SUBJECTS = ["Garden", "Kitchen", "Roof", "Bicycle", "Library", "Vacation", "Workshop"]
TOPICS = ["plan", "shopping list", "ideas", "questions for Monday", "what it cost", "who to ask"]
BODY = "Ask for two quotes before deciding.\n\nHalf of it can wait until spring."


def load() -> None:
    """Add notes for the sample user, spread over the last year."""
    if owner := User.by_email(USER):
        for number in range(COUNT, 0, -1):
            title = f"{SUBJECTS[number % len(SUBJECTS)]}: {TOPICS[number % len(TOPICS)]}"
            time = now() - timedelta(hours=29 * number)
            db.session.add(
                Note(user_id=owner.id, title=title, body=BODY, created_at=time, updated_at=time)
            )
