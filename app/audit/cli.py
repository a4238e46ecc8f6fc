"""`flask audit …`"""

import re
from typing import Any

import click

from app.audit.verification import Place, Verification
from app.core.commands import Group
from app.core.database import reading

audit = Group("audit", help="Look after the audit trail.")


class PlaceType(click.ParamType[Place]):
    name = "POSITION:HASH"

    def convert(self, value: Any, param: Any, context: Any) -> Place:
        position, _colon, hash = value.partition(":")
        if not position.isdecimal() or not re.fullmatch("[0-9a-f]{64}", hash):
            self.fail("give what an earlier run printed, such as 1234:9f86d0…", param, context)
        return Place(int(position), bytes.fromhex(hash))


@audit.command("verify")
@click.option("--since", type=click.IntRange(1), default=1, help="Begin with this event.")
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
