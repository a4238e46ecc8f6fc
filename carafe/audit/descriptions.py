"""Descriptions of actions: a sentence for each, for the user it is about."""

from collections.abc import Mapping

from flask import Flask

from carafe.registry import Registry

DESCRIPTIONS = Registry[str]("audit_descriptions", "description")


def add_descriptions(app: Flask, descriptions: Mapping[str, str]) -> None:
    """Describe actions in sentences, for the user they are about.

    The last sentence for an action wins, so an app can replace those of the engine.
    """
    DESCRIPTIONS.by_name(app).update(descriptions)


def description(action: str) -> str:
    """Return the sentence for an action, by default its name in words."""
    text = DESCRIPTIONS.get(action) or action.replace(".", " ").replace("_", " ").strip()
    return text[:1].upper() + text[1:]
