"""`flask audit …`"""

import re
from typing import Any

import click

from app.audit.verification import Place, Verification
from app.core.commands import Group
from app.core.database import reading
from app.core.routing import LARGEST_ID

audit = Group("audit", help="Look after the audit trail.")


class PlaceType(click.ParamType[Place]):
    name = "POSITION:HASH"

    def convert(self, value: Any, param: Any, context: Any) -> Place:
        found = re.fullmatch("([0-9]{1,19}):([0-9a-f]{64})", value)
        if not found:
            self.fail("give what an earlier run printed, such as 1234:9f86d0…", param, context)
        return Place(int(found[1]), bytes.fromhex(found[2]))


@audit.command("verify")
@click.option("--since", type=click.IntRange(1, LARGEST_ID), default=1, help="Begin here.")
@click.option("--expect", type=PlaceType(), help="What an earlier run printed.")
def verify(since: int, expect: Place | None) -> None:
    """Find events that were changed, inserted or taken away.

    Keep what it prints in another place: only with that, as --expect, it finds as well that the
    newest events were taken away, or that all were written anew.
    """
    broken = 0
    found = Verification(since, expect)
    with reading():
        for problem in found.problems():
            broken += 1
            click.echo(problem)
    click.echo(f"{found.count:,} events were read.")
    if found.count and isinstance(found.last.hash, bytes):
        click.echo(f"The last is {found.last.id}:{found.last.hash.hex()}")
    if broken:
        raise click.ClickException(f"The trail is not as it was written: {broken:,} problems.")
