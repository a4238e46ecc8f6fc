"""The audit trail, as admins and staff read it."""

import re
from itertools import chain

import pytest

from carafe.audit import record
from carafe.database import db
from carafe.testing.lists import neighbor

PATH = "/admin/audit/"


@pytest.fixture
def write(app):
    """Put events into the trail."""

    def add(*events: tuple[str, str, str]) -> None:
        with app.app_context():
            for action, actor, subject in events:
                record(action, subject, actor=actor)
                db.session.flush()
            db.session.commit()

    return add


@pytest.fixture
def actions_at(carol, sign_in):
    """What happened, by the page at a path."""
    admin = sign_in(carol)

    def read(path: str = PATH) -> list[str]:
        answer = admin.get(path)
        assert answer.status_code == 200
        return re.findall(r"<code>(.*?)</code>", answer.text)

    return read


def test_it_is_for_those_with_the_permission(alice, carol, make_user, sign_in, visitor):
    assert visitor.get(PATH).status_code == 303
    assert sign_in(alice).get(PATH).status_code == 403
    assert sign_in(make_user("sam@example.com", role="staff")).get(PATH).status_code == 200
    assert sign_in(carol).get(PATH).status_code == 200


def test_it_tells_who_did_what_to_whom_and_from_where(alice, carol, sign_in):
    sign_in(alice).submit("/members", {"name": "Alicia <b>"})
    content = sign_in(carol).get(PATH).text
    row = next(row for row in content.split("<tr>") if "user.renamed" in row)
    for part in ("alice@example.com", alice.subject, "Alicia &lt;b&gt;</ins>", "127.0.0.1"):
        assert part in row


def test_it_shows_each_event_once_newest_first(write, actions_at, carol, sign_in):
    write(*[(f"thing.no{n:03}", "x@example.com", "thing:1") for n in range(105)])
    admin, paths = sign_in(carol), [f"{PATH}?q=thing:1"]
    while following := neighbor(admin.get(paths[-1]).text, "next"):
        paths.append(following)
    pages = [actions_at(path) for path in paths]
    assert [len(page) for page in pages] == [50, 50, 5]
    assert list(chain(*pages)) == [f"thing.no{n:03}" for n in reversed(range(105))]
    assert actions_at(neighbor(admin.get(paths[-1]).text, "prev")) == pages[1]


def test_it_finds_by_actor_action_and_subject(write, actions_at):
    write(
        ("apple.eaten", "eve@example.org", "user:9001"),
        ("apple.grown", "adam@example.org", "user:90012"),
        ("pear.eaten", "adam@example.org", "note:9001"),
    )
    assert actions_at(f"{PATH}?q=APPLE") == ["apple.grown", "apple.eaten"]
    assert actions_at(f"{PATH}?q=adam@") == ["pear.eaten", "apple.grown"]
    assert actions_at(f"{PATH}?q=user:9001") == ["apple.eaten"]
    assert actions_at(f"{PATH}?q=%25") == []
    assert actions_at(f"{PATH}?q=nothing") == []


def test_it_is_linked_from_a_user(alice, carol, sign_in, page):
    assert f'href="{PATH}?q={alice.subject}"' in sign_in(carol).get(page).text.replace("%3A", ":")
