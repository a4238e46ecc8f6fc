"""Requests to a provider: limited in time and size, without redirects, never without TLS."""

import io
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import JoseError
from requests import RequestException, Response
from urllib3.exceptions import HTTPError

from carafe.auth.providers import Provider
from carafe.auth.providers.profile import InvalidResponseError, UnavailableError

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 5
# For a whole response: one byte every four seconds would never exceed the other timeout.
RESPONSE_TIMEOUT_SECONDS = 10
MAX_RESPONSE_BYTES = 256 * 1024


class Client(OAuth2Session):
    """An authlib session with one provider."""

    def __init__(self, provider: Provider, **options: Any):
        super().__init__(
            provider.client_id,
            provider.client_secret,
            redirect_uri=provider.redirect_uri,
            code_challenge_method="S256",
            leeway=0,
            **options,
        )
        self.provider = provider
        # no small response that decompresses to a large one
        self.headers["Accept-Encoding"] = "identity"

    def request(self, method: str, url: str, *arguments: object, **options: Any) -> Response:
        if not self.provider.allows_url(url):
            raise UnavailableError("insecure or local URL")
        bounds = {"timeout": TIMEOUT_SECONDS, "stream": True, "allow_redirects": False}
        response: Response = super().request(method, url, *arguments, **options | bounds)
        with response:
            body = _read(response.raw)
        response.raw = io.BytesIO(body)
        return response

    def json(self, url: str, *, token: object = None) -> Any:
        """What is at `url`, where the answer is 200 and JSON."""
        if token:
            self.token = token
        response = self.get(url, withhold_token=token is None)
        if response.status_code != 200:
            raise UnavailableError(f"HTTP status {response.status_code}")
        return response.json()


def _read(raw: Any) -> bytes:
    deadline = time.monotonic() + RESPONSE_TIMEOUT_SECONDS
    body = b""
    while part := raw.read1(16 * 1024):
        body += part
        if len(body) > MAX_RESPONSE_BYTES:
            raise UnavailableError("response too large")
        if time.monotonic() > deadline:
            raise UnavailableError("response timed out")
    return body


@contextmanager
def provider_errors(provider: Provider) -> Iterator[None]:
    """Convert and log whatever goes wrong with a provider as a `ProviderError`."""
    try:
        yield
    except (RequestException, HTTPError, OSError) as error:
        log.warning("%s is unreachable: %s", provider.name, error)
        raise UnavailableError(str(error)) from error
    except (AuthlibBaseError, JoseError) as error:
        log.warning("%s response rejected: %s", provider.name, error)
        raise InvalidResponseError(str(error)) from error
    except (UnavailableError, InvalidResponseError) as error:
        log.warning("%s: %s", provider.name, error)
        raise
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        # JSON that doesn't match the specification
        log.warning("unexpected response from %s: %r", provider.name, error)
        raise UnavailableError(str(error)) from error
