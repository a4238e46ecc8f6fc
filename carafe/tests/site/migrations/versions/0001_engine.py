"""tables of the engine, as the project's migrations create them"""

import runpy
from collections.abc import Callable

from carafe.config import ROOT

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PARTS = "0001_accounts", "0002_engine", "engine_api", "engine_webhooks"


def function(part: str, name: str) -> Callable[[], None]:
    names: dict[str, Callable[[], None]] = runpy.run_path(
        str(ROOT / "migrations" / "versions" / f"{part}.py")
    )
    return names[name]


def upgrade() -> None:
    for part in PARTS:
        function(part, "upgrade")()


def downgrade() -> None:
    for part in reversed(PARTS):
        function(part, "downgrade")()
