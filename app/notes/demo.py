"""Sample notes."""

import random
from datetime import timedelta

from sqlalchemy import insert

from app.auth.demo import USER
from app.auth.models import User
from app.core.database import db
from app.core.time import now
from app.notes.models import Note

COUNT = 300
SUBJECTS = ["Garden", "Kitchen", "Roof", "Bicycle", "Library", "Holiday", "Workshop", "Balcony"]
MATTERS = ["plan", "shopping list", "ideas", "questions for Monday", "what it cost", "who to ask"]
SENTENCES = [
    "Ask for two offers before deciding.",
    "The blue one was better than the green one.",
    "Call back on Thursday after four.",
    "It fits if the shelf moves a hand's breadth to the left.",
    "Remember the receipt.",
    "Half of it can wait until spring.",
    "Tried it twice; the second time it worked.",
]


def load() -> None:
    """Add a few hundred notes of the sample user, over the last year."""
    owner = User.by_email(USER)
    if owner is None:
        return
    choose = random.Random(7)  # nosec B311: sample data
    rows = []
    for number in range(COUNT):
        moment = now() - timedelta(hours=29 * (COUNT - number), minutes=choose.randrange(60))
        rows.append(
            {
                "user_id": owner.id,
                "title": f"{choose.choice(SUBJECTS)}: {choose.choice(MATTERS)}",
                "body": "\n\n".join(choose.sample(SENTENCES, choose.randint(1, 5))),
                "version": 1,
                "created_at": moment,
                "updated_at": moment,
            }
        )
    db.session.execute(insert(Note), rows)
