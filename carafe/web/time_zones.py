"""The time zones to choose from."""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import StringField, ValidationError
from wtforms.form import BaseForm

AUTOMATIC = ("", "Automatic (from this device)")
# The first part of the names, and what people call it. Other names are old ("US/Pacific"), or say
# nothing about daylight saving time ("Etc/GMT+5").
REGIONS = {
    "Africa": "Africa",
    "America": "America",
    "Antarctica": "Antarctica",
    "Arctic": "Arctic",
    "Asia": "Asia",
    "Atlantic": "Atlantic Ocean",
    "Australia": "Australia",
    "Europe": "Europe",
    "Indian": "Indian Ocean",
    "Pacific": "Pacific Ocean",
}
Choices = list[tuple[str, str | list[tuple[str, str]]]]


class TimeZoneField(StringField):
    """A time zone that this system knows, or "" for the browser's.

    The value of the form's object stays valid even if the system drops it.
    """

    data: str
    object_data: Any

    def pre_validate(self, form: BaseForm) -> None:
        if self.data and self.data != self.object_data and self.data not in names():
            raise ValidationError("Choose a time zone from the list.")


@cache
def names() -> frozenset[str]:
    """Return the time zones of this system: only UTC without a time zone database."""
    names = {name for name in available_timezones() if name.partition("/")[0] in REGIONS}
    return frozenset(names | {"UTC"})


@cache
def choices(current_zone: str) -> Choices:
    """Return the choices of a select: automatic, and the zones by region, including `present`."""
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    others = []
    for name in sorted(names() | ({current_zone} - {""})):
        region, _, place = name.partition("/")
        if region in groups and place:
            groups[region].append((name, place.replace("_", " ").replace("/", ": ")))
        else:
            others.append((name, name))
    by_region = [(REGIONS[region], zones) for region, zones in groups.items() if zones]
    return [AUTOMATIC, *others, *by_region]
