"""Things that features add to an app."""

import pytest
from flask import Flask

from carafe.config import ConfigError
from carafe.registry import Registry

TEAS = Registry[str]("teas", "tea")


@pytest.fixture
def shop():
    shop = Flask("shop")
    TEAS.init_app(shop)
    with shop.app_context():
        yield shop


def test_it_keeps_the_order(shop):
    TEAS.add(shop, "Assam", name="black")
    TEAS.add(shop, "Mint")
    TEAS.add(shop, "Gunpowder", name="green")
    assert list(TEAS) == ["Assam", "Mint", "Gunpowder"]
    assert TEAS.get("green") == "Gunpowder"
    assert TEAS.get("white") is None


def test_it_refuses_a_name_that_is_taken(shop):
    TEAS.add(shop, "Assam", name="black")
    with pytest.raises(ConfigError, match="A tea named black already exists"):
        TEAS.add(shop, "Darjeeling", name="black")
    assert list(TEAS) == ["Assam"]


def test_each_app_has_its_own(shop):
    other = Flask("other")
    TEAS.init_app(other)
    TEAS.add(other, "Assam")
    assert list(TEAS) == []
    assert list(TEAS.by_name(other).values()) == ["Assam"]


def test_it_says_that_it_was_not_initialized():
    with pytest.raises(RuntimeError, match=r"registry \"teas\".*init_app"):
        TEAS.add(Flask("bare"), "Assam")
