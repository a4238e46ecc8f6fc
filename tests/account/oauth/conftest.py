"""An app that offers two providers, Acme and Rival."""

import pytest

from carafe.testing.providers import offer_providers


@pytest.fixture
def app(app, provider_application, acme, rival):
    return offer_providers(provider_application, acme, rival)
