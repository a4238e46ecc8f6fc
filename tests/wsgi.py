"""What servers of the tests run."""

from tests.site import create_app

app = create_app()
