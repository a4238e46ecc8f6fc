"""Sample views of the list of users."""

from carafe.admin import add_sample_view
from carafe.demo import Scenario


def load(scenario: Scenario) -> None:
    add_sample_view(scenario, "users", "Suspended", state="suspended", shared=True)
    add_sample_view(scenario, "users", "Staff by name", role="staff", sort="name")
    add_sample_view(scenario, "users", "Waiting for confirmation", state="unconfirmed")
