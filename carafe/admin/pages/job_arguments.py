"""Arguments and results of jobs as text: truncated, with secrets redacted."""

import json
from inspect import signature

from carafe.jobs import Job
from carafe.jobs.definition import registry
from carafe.observability import redaction

MAX_LENGTH = 200
# The prefix of tokens that the key ring encrypted (Fernet, version 0x80), such as emails.
ENCRYPTED_ARGUMENTS = "gAAAAA"


def display_arguments(job: Job) -> dict[str, str]:
    """Return the text of each argument by its name."""
    positional, named = job.arguments
    definition = registry.get(job.name)
    names = list(signature(definition.function).parameters) if definition else []
    names += [f"argument {number}" for number in range(len(names) + 1, len(positional) + 1)]
    values = dict(zip(names, positional, strict=False)) | named
    return {name: _display(name, value) for name, value in values.items()}


def display_result(job: Job) -> str | None:
    return None if job.result is None else _display("", job.result)


def _display(name: str, value: object) -> str:
    if redaction.is_secret_name(name):
        return "hidden"
    value = redaction.redact_mapping({"": value})[""]
    text = _text(value)
    if text.startswith(ENCRYPTED_ARGUMENTS):
        return f"encrypted, {len(text):,} characters"
    text = redaction.redact_text(text)
    return text if len(text) <= MAX_LENGTH else f"{text[:MAX_LENGTH]}… ({len(text):,} characters)"


def _text(value: object) -> str:
    """Return a value without Python or JSON syntax if it is simple: "cut: 0, moved: 3"."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and value:
        return ", ".join(f"{name}: {_text(item)}" for name, item in value.items())
    return json.dumps(value, ensure_ascii=False, default=str)
