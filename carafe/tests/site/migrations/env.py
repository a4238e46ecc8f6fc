"""Alembic's environment: that of the project."""

import runpy

from carafe.config import ROOT

runpy.run_path(str(ROOT / "migrations" / "env.py"))
