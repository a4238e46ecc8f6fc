"""The file `.env` of a checkout, in development."""

from io import StringIO
from pathlib import Path

from dotenv import dotenv_values

from carafe.config.env import ConfigError


def read_dotenv(file: Path) -> dict[str, str]:
    """Return the variables in the file, without names that have no value; {} if there is no file.

    Windows editors add a byte order mark, which would become part of the first name.
    """
    if not file.is_file():
        return {}
    try:
        text = file.read_text(encoding="utf-8-sig")
        if "\0" in text:
            raise ValueError("UTF-16")
    except ValueError:
        raise ConfigError(f"{file} is not UTF-8.", "Save it as UTF-8.") from None
    except OSError as error:
        raise ConfigError(
            f"Can't read {file}: {error.strerror}.", "Make it readable by your user."
        ) from None
    return {name: value for name, value in dotenv_values(stream=StringIO(text)).items() if value}
