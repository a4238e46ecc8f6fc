"""Groups of packages that a setting needs, and the command that installs them."""

import sys
from pathlib import Path

from carafe.config.env import ConfigError


def missing_group(setting: str, group: str) -> ConfigError:
    """Return the error for a setting whose packages are not installed."""
    return ConfigError(
        f"{setting} needs packages that aren't installed.", f"Run {setup_command(group)}."
    )


def setup_command(*groups: str) -> str:
    """Return the command that adds groups to those of this environment."""
    try:
        installed = (Path(sys.prefix) / "groups").read_text().split()
    except OSError:  # created by something other than bin/setup
        installed = ["base"]
    return " ".join(["bin/setup", *dict.fromkeys([*installed, *groups])])
