"""Actions as they follow an actor's name: "logged in", "suspended {}"."""

from collections.abc import Mapping

from flask import Flask

from carafe.registry import Registry

PHRASES = Registry[str]("audit_phrases", "phrase")


def add_phrases(app: Flask, phrases: Mapping[str, str]) -> None:
    """Set phrases for actions, as admins read them. {} at the end stands for the subject.

    The last phrase for an action wins, so an app can replace those of the engine.
    """
    PHRASES.by_name(app).update(phrases)


def phrase(action: str) -> str:
    """Return the phrase for an action, by default its verb: "archived {}" for "thing.archived"."""
    if text := PHRASES.get(action):
        return text
    noun, _, verb = action.replace("_", " ").partition(".")
    return f"{verb} {{}}" if verb.endswith("ed") else f"recorded “{noun} {verb}”"
