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
            query = select(User.email).where(search.condition(words))
            checked_query = select(User.email).where(
                case((search.condition(words), 1), else_=0) == 1
            )
            emails = list(db.session.scalars(query.order_by(User.id)))
            assert list(db.session.scalars(checked_query.order_by(User.id))) == emails
            return emails

    return ask


@pytest.fixture
def people(make_user):
    make_user("alice@example.com", name="Alice Example")
    make_user("zoe@alps.example", name="Zoë Ärmel-Öztürk")
    make_user("bob_1@host.test", name="Боб Йод 김치")


BEGINS = {
    "ali": "alice@example.com",
    "ALI EX": "alice@example.com",
    "ex ali": "alice@example.com",
    "al e": "alice@example.com zoe@alps.example",
    "lice": "",
    "ali bob": "",
    "alice@example.com": "alice@example.com",
    "armel": "zoe@alps.example",
    "ÄRMEL ozt": "zoe@alps.example",
    "A\u0308rmel": "zoe@alps.example",
    "zoe z": "zoe@alps.example",
    "боб йо": "bob_1@host.test",
    "김": "bob_1@host.test",
    "1": "bob_1@host.test",
    "bob_1": "bob_1@host.test",
}


def test_it_finds_by_the_begins_of_words(people, find):
    assert {words: " ".join(find(words)) for words in BEGINS} == BEGINS


SIGNS = ["%", "_", '"', "'", "*", "-", ":", "()", "🙂", "\u0308", "$$", "\\", "  ", "", "&|!"]


def test_it_finds_nothing_by_signs_alone(people, find):
    assert {words: find(words) for words in SIGNS} == {words: [] for words in SIGNS}


AS_BLANKS = [
    'ali"', "'ali'", "ali*", "-ali", "^ali", "ali :*", "(ali", "ali & | !", "ali + ex", "\\ali\\",
    "ali <-> ", "$$ ali; --", ":ali",
]  # fmt: skip
WITH_ANOTHER_WORD = ["name:ali", "name : ali", "{name} ali", "%(ali)s ali", "ali %s"]


def test_it_takes_signs_for_blanks(people, find):
    for words in AS_BLANKS:
        assert find(words) == ["alice@example.com"], words
    for words in WITH_ANOTHER_WORD:
        assert find(words) == [], words


def test_it_knows_no_operators(people, make_user, find):
    words = [f"alice {word}" for word in ("AND", "OR", "NOT", "NEAR", "NEAR(a b)")]
    words.append("alice and or not near 5")
    assert [find(phrase) for phrase in words] == [[]] * 6
    make_user("other@example.org", name="alice and or not near a b 5")
    assert [find(phrase) for phrase in words] == [["other@example.org"]] * 6


TYPED = ["x" * 200, "e " * 100, "ab" * 100, "①²½Ⅷ", "क्षत्रिय", "ﬁ İı ẞß", "12e5abc 1.5e-3"]


def test_it_answers_whatever_is_typed(people, find, make_user):
    find("\u0308" * 200)
    for number, words in enumerate(TYPED):
        find(words)
        email = make_user(f"typed{number}@example.net", name=words[:100]).email
        assert email in find(words[:100]), words


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
