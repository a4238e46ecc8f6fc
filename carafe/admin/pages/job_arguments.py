"""What a job was given and gave, for people: short, and without what is nobody's to read."""

from inspect import signature
from typing import Any

from carafe.jobs import Job
from carafe.jobs.definition import registry
from carafe.observability import redaction

LENGTH = 200
# How everything begins that the key ring encrypted (Fernet, version 0x80): mails, above all.
ENCRYPTED_ARGUMENTS = "gAAAAA"


def display_arguments(job: Job) -> dict[str, str]:
    """Each argument by its name, as text."""
    positional, named = job.arguments
    definition = registry.get(job.name)
    names = list(signature(definition.function).parameters) if definition else []
    names += [f"argument {number}" for number in range(len(names) + 1, len(positional) + 1)]
    values = dict(zip(names, positional, strict=False)) | named
    return {name: _shown(name, value) for name, value in values.items()}


def display_result(job: Job) -> str | None:
    return None if job.result is None else _shown("", job.result)


def _shown(name: str, value: Any) -> str:
    if redaction.is_secret_name(name):
        return "hidden"
    value = redaction.redact_mapping({"": value})[""]
    text = value if isinstance(value, str) else repr(value)
    if text.startswith(ENCRYPTED_ARGUMENTS):
        return f"encrypted, {len(text):,} characters"
    text = redaction.redact_text(text)
    return text if len(text) <= LENGTH else f"{text[:LENGTH]}… ({len(text):,} characters)"
