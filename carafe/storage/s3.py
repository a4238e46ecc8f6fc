"""Files in a bucket of an S3-compatible store, with path-style URLs.

`s3://key:secret@host/bucket/prefix?region=name`, over HTTPS except on this machine.
"""

import html
import re
from collections.abc import Iterator
from datetime import datetime
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from carafe.config import missing_group
from carafe.config.url_parts import URL
from carafe.network import is_loopback
from carafe.storage.base import KEY, StorageUnavailable, validate_key

if TYPE_CHECKING:
    from requests import Response

TIMEOUT_SECONDS = (3, 10)  # to connect, and between bytes of the answer

CONTENTS_TAG = re.compile(r"<Contents>(.*?)</Contents>", re.S)
FIELD_TAG = re.compile(r"<(Key|LastModified)>([^<]+)<")
CONTINUATION_TOKEN_TAG = re.compile(r"<NextContinuationToken>([^<]+)</NextContinuationToken>")


class S3Storage:
    def __init__(self, url: URL):
        if not (find_spec("requests") and find_spec("requests_aws4auth")):
            raise missing_group("STORAGE_URL", "s3")
        scheme = "http" if is_loopback(url.host.strip("[]")) else "https"
        self.site = url._replace(scheme=scheme).origin
        bucket, _, self.prefix = url.path.strip("/").partition("/")
        self.bucket = f"{self.site}/{bucket}"
        self.prefix += "/" if self.prefix else ""
        region = url.query.get("region", "us-east-1")
        self.credentials = url.user, url.password, region, "s3"

    def put(self, key: str, content: bytes, content_type: str) -> None:
        self._request("PUT", self._url(key), data=content, headers={"Content-Type": content_type})

    def get(self, key: str) -> bytes | None:
        answer = self._request("GET", self._url(key))
        return None if answer.status_code == 404 else answer.content

    def delete(self, key: str) -> None:
        self._request("DELETE", self._url(key))

    def list_older_than(self, cutoff: datetime, folder: str) -> Iterator[str]:
        query = {"list-type": "2", "prefix": f"{self.prefix}{folder}/"}
        while True:
            page = self._request("GET", self.bucket, params=query).text
            for entry in CONTENTS_TAG.findall(page):
                fields = dict(FIELD_TAG.findall(entry))  # in any order
                key = html.unescape(fields["Key"]).removeprefix(self.prefix)
                if KEY.fullmatch(key) and datetime.fromisoformat(fields["LastModified"]) < cutoff:
                    yield key
            if not (more := CONTINUATION_TOKEN_TAG.search(page)):
                return
            query["continuation-token"] = html.unescape(more[1])

    def _url(self, key: str) -> str:
        return f"{self.bucket}/{quote(self.prefix + validate_key(key))}"

    def _request(self, method: str, url: str, **options: Any) -> "Response":
        import requests
        from requests_aws4auth import AWS4Auth

        try:
            answer = requests.request(
                method,
                url,
                auth=AWS4Auth(*self.credentials),
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
                **options,
            )
        except requests.RequestException as error:
            raise StorageUnavailable(error) from error
        if answer.status_code >= 300 and not (answer.status_code == 404 and method != "PUT"):
            raise StorageUnavailable(f"{method} {url}: {answer.status_code} {answer.text[:300]}")
        return answer
