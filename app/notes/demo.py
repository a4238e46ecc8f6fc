"""Sample notes of the people of `flask demo`."""

from collections import Counter
from operator import itemgetter

from app.notes.models import Note
from carafe.database import db
from carafe.demo import Scenario

COUNT = 320
# Of all notes, those of the two accounts.
ACCOUNTS_SHARE = 0.2
# Titles, and the paragraphs of their texts.
NOTES = """
Meeting with the landlord
Ask about the boiler.
He'll send the new lease by Friday.

Packing list for Lisbon
Passport, charger, good shoes.
It rains more than you'd think.

Quarterly review
What went well: fewer tickets, faster answers.
Next: hire a designer.

Sourdough
75% hydration, 12 hours in the fridge.
Less salt next time.

Questions for the dentist
Is the crown urgent?
What does insurance cover?

Ideas for Emma's birthday
A weekend at the lake, or a pottery class.
Ask Jo what she thinks.

Reading list
The Overstory, Piranesi, A Pattern Language.
Return two to the library by May.

Bike repair
New chain and brake pads, about $60.
The shop on Mill Street opens at 9:00 AM.

Garden plan
Tomatoes by the south wall, beans along the fence.
Order seeds in February.

Interview notes
Calm, precise, asks good questions.
Invite her to meet the team.

Wi-Fi at the cabin
The router is behind the bookshelf.
Restart it if the light is orange.

Budget for the move
Van $240, boxes $45, pizza for friends $60.
Deposit comes back in June.

Talk outline
Start with the outage, not with the architecture.
Three slides, one demo.

Phone call with Mom
The roof is fixed.
She'd like to visit in the second week of March.

Launch checklist
Check backups, warn support, watch the error rate.
Roll back after 15 minutes.

Running log
5 km in 27:40, knee felt fine.
Rest on Thursday, long run on Sunday.

Recipe: lentil soup
Onion, cumin, a carrot, red lentils, lemon at the end.
Freezes well.

Feedback from the pilot
They love the export and never found the search.
Move it to the top.
"""


def load(scenario: Scenario) -> None:
    random, texts = scenario.random("notes"), NOTES.strip().split("\n\n")
    drafts = []
    for _ in range(COUNT):
        is_account = random.random() < ACCOUNTS_SHARE
        person = random.choice(scenario.accounts if is_account else scenario.active_people)
        drafts.append((scenario.moment(random, person.joined_at), person))
    drafts.sort(key=itemgetter(0))
    counts = Counter[int]()
    for at, person in drafts:
        # Everyone writes about the same subjects, each beginning with another.
        part, subject = divmod(counts[person.id], len(texts))
        title, *paragraphs = texts[(subject + person.id) % len(texts)].splitlines()
        counts[person.id] += 1
        note = Note(
            user_id=person.id,
            title=f"{title}, part {part + 1}" if part else title,
            body="\n\n".join(paragraphs),
            created_at=at,
            updated_at=scenario.moment(random, at) if random.random() < 0.3 else at,
        )
        db.session.add(note)
        db.session.flush()
        scenario.add_event(at, "note.created", f"note:{note.id}", person.email)
