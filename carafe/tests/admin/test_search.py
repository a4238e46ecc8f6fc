"""Full-text search: whom it finds, and that it keeps up with what is written."""

import pytest
from sqlalchemy import case, select, text

from carafe.admin.lists.search import FullText
from carafe.database import db, read_transaction
from carafe.tests.site.models import User


@pytest.fixture(params=["few", "many"])
def find(request, app, monkeypatch):
    """Emails that a search finds: gathered as few are, or one by one as many are."""
    if request.param == "many":
        monkeypatch.setattr(FullText, "MAX_MATCHES", {"sqlite": 0, "postgresql": 0})
    search = FullText("name or e-mail", User.name, User.email)

    def ask(words: str) -> list[str]:
        with app.app_context(), read_transaction():
            found = select(User.email).where(search.condition(words))
            looked_at = select(User.email).where(case((search.condition(words), 1), else_=0) == 1)
            emails = list(db.session.scalars(found.order_by(User.id)))
            assert list(db.session.scalars(looked_at.order_by(User.id))) == emails
            return emails

    return ask


@pytest.fixture
def people(make_user):
    make_user("alice@example.com", name="Alice Example")
    make_user("zoe@alps.example", name="Zoë Ärmel-Öztürk")
    make_user("bob_1@host.test", name="Боб Йод 김치")


@pytest.mark.parametrize(
    ("words", "emails"),
    [
        ("ali", ["alice@example.com"]),
        ("ALI EX", ["alice@example.com"]),
        ("ex ali", ["alice@example.com"]),
        ("al e", ["alice@example.com", "zoe@alps.example"]),
        ("lice", []),
        ("ali bob", []),
        ("alice@example.com", ["alice@example.com"]),
        ("armel", ["zoe@alps.example"]),
        ("ÄRMEL ozt", ["zoe@alps.example"]),
        ("A\u0308rmel", ["zoe@alps.example"]),
        ("zoe z", ["zoe@alps.example"]),
        ("боб йо", ["bob_1@host.test"]),
        ("김", ["bob_1@host.test"]),
        ("1", ["bob_1@host.test"]),
        ("bob_1", ["bob_1@host.test"]),
    ],
)
def test_it_finds_by_the_begins_of_words(words, emails, people, find):
    assert find(words) == emails


@pytest.mark.parametrize(
    "words", ["%", "_", '"', "'", "*", "-", ":", "()", "🙂", "\u0308", "$$", "\\", "  ", "", "&|!"]
)
def test_it_finds_nothing_by_signs_alone(words, people, find):
    assert find(words) == []


@pytest.mark.parametrize(
    "words",
    [
        'ali"', "'ali'", "ali*", "-ali", "^ali", "name:ali", "name : ali", "{name} ali", "ali :*",
        "(ali", "ali & | !", "ali + ex", "\\ali\\", "ali <-> ", "$$ ali; --", ":ali", "%(ali)s ali",
        "ali %s",
    ],
)  # fmt: skip
def test_it_takes_signs_for_blanks(words, people, find):
    extra = {"name:ali", "name : ali", "{name} ali", "%(ali)s ali", "ali %s"}  # no such words
    assert find(words) == ([] if words in extra else ["alice@example.com"])


@pytest.mark.parametrize("word", ["AND", "OR", "NOT", "NEAR", "NEAR(a b)", "and or not near 5"])
def test_it_knows_no_operators(word, people, make_user, find):
    assert find(f"alice {word}") == []
    make_user("other@example.org", name="alice and or not near a b 5")
    assert find(f"alice {word}") == ["other@example.org"]


@pytest.mark.parametrize(
    "words",
    [
        "x" * 200,
        "e " * 100,
        "ab" * 100,
        "\u0308" * 200,
        "①²½Ⅷ",
        "क्षत्रिय",
        "ﬁ İı ẞß",
        "12e5abc 1.5e-3",
    ],
)
def test_it_answers_whatever_is_typed(words, people, find, make_user):
    find(words)
    if words != "\u0308" * 200:
        make_user("typed@example.net", name=words[:100])
        assert "typed@example.net" in find(words[:100])


def test_it_follows_what_is_written(app, alice, find):
    with app.app_context():
        user = db.session.get_one(User, alice.id)
        user.name = "Walrus"
        db.session.commit()
        assert (find("walr"), find("alice walr")) == (["alice@example.com"], ["alice@example.com"])
        user.email = "bert@example.com"
        db.session.commit()
        assert (find("alice"), find("bert")) == ([], ["bert@example.com"])
        db.session.execute(text('DELETE FROM "user"'))
        db.session.commit()
        assert find("walrus") == []


def test_it_forgets_what_was_not_committed(app, alice, find):
    with app.app_context():
        db.session.get_one(User, alice.id).name = "Walrus"
        db.session.flush()
        db.session.rollback()
    assert find("walrus") == []
