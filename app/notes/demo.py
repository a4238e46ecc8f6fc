"""Sample notes."""

import random
from datetime import timedelta

from sqlalchemy import insert

from app.auth.demo import USER
from app.auth.models import User
from app.notes.models import Note
from carafe.database import db
from carafe.time import now

COUNT = 300
SUBJECTS = ["Garden", "Kitchen", "Roof", "Bicycle", "Library", "Vacation", "Workshop", "Balcony"]
TOPICS = ["plan", "shopping list", "ideas", "questions for Monday", "what it cost", "who to ask"]
BODY = "Ask for two quotes before deciding.\n\nHalf of it can wait until spring."


def load() -> None:
    """Add notes for the sample user, spread over the last year."""
    if owner := User.by_email(USER):
        rng = random.Random(7)  # nosec B311: sample data
        db.session.execute(insert(Note), [_row(owner.id, n, rng) for n in range(COUNT)])


def _row(user_id: int, number: int, rng: random.Random) -> dict[str, object]:
    time = now() - timedelta(hours=29 * (COUNT - number), minutes=rng.randrange(60))
    title = f"{rng.choice(SUBJECTS)}: {rng.choice(TOPICS)}"
    row = {"user_id": user_id, "title": title, "body": BODY, "version": 1}
    return row | {"created_at": time, "updated_at": time}
