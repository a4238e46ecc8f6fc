"""Actions in words: a sentence for each, for the user it is about."""

from collections.abc import Mapping

from flask import Flask

from carafe.registry import Registry

DESCRIPTIONS = Registry[str]("audit_descriptions", "description")


def add_descriptions(app: Flask, descriptions: Mapping[str, str]) -> None:
    """Say in a sentence what each action did, as the user it is about will read it.

    The last sentence for an action wins, so an app can replace those of the engine.
    """
    DESCRIPTIONS.by_name(app).update(descriptions)


def description(action: str) -> str:
    """Return the sentence for an action, or else its name in words."""
    text = DESCRIPTIONS.get(action) or action.replace(".", " ").replace("_", " ").strip()
    return text[:1].upper() + text[1:]
