"""A store that speaks S3 as far as the app does, and believes only what is signed.

The signature is checked after its specification ("AWS Signature Version 4", signing requests),
and shares no code with the client.
"""

import hashlib
import hmac
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

KEY, SECRET, REGION, NAME = "the key", "the/secret+of=tests", "eu-test-1", "pictures"
ALGORITHM = "AWS4-HMAC-SHA256"
PAGE = 2


class Bucket(ThreadingHTTPServer):
    """`objects` are what was stored, by key; `status`, when set, is the answer to everything."""

    daemon_threads = False  # closing waits for them

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.complaints: list[str] = []
        self.empty()
        self.thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    def empty(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.types: dict[str, str] = {}
        self.times: dict[str, datetime] = {}
        self.status = 0

    def url(self, secret: str = SECRET, prefix: str = "") -> str:
        user = f"{quote(KEY, safe='')}:{quote(secret, safe='')}"
        return f"s3://{user}@127.0.0.1:{self.server_address[1]}/{NAME}{prefix}?region={REGION}"

    def __enter__(self) -> "Bucket":
        self.thread.start()
        return self

    def __exit__(self, *error: Any) -> None:
        self.shutdown()
        self.thread.join()
        self.server_close()


class Conversation(BaseHTTPRequestHandler):
    server: Bucket

    def log_message(self, *line: Any) -> None:
        """Not on the tests' output."""

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.server.status:
            return self.say(self.server.status, b"<Error><Code>SlowDown</Code></Error>")
        if complaint := problem(self.command, self.path, dict(self.headers.items()), body):
            self.server.complaints.append(complaint)
            return self.say(403, f"<Error>{complaint}</Error>".encode())
        path, _, key = urlsplit(self.path).path.removeprefix("/").partition("/")
        if path != NAME:
            return self.say(404, b"<Error><Code>NoSuchBucket</Code></Error>")
        return getattr(self, self.command.lower())(key, body)  # type: ignore[no-any-return]

    do_GET = do_PUT = do_DELETE = answer  # noqa: N815

    def get(self, key: str, body: bytes) -> None:
        if not key:
            return self.say(200, listing(self.server, dict(parse_qsl(urlsplit(self.path).query))))
        if key not in self.server.objects:
            return self.say(404, b"<Error><Code>NoSuchKey</Code></Error>")
        return self.say(200, self.server.objects[key])

    def put(self, key: str, body: bytes) -> None:
        self.server.objects[key], self.server.times[key] = body, datetime.now(UTC)
        self.server.types[key] = self.headers["Content-Type"]
        self.say(200)

    def delete(self, key: str, body: bytes) -> None:
        self.server.objects.pop(key, None)
        self.say(204)

    def say(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def listing(bucket: Bucket, query: dict[str, str]) -> bytes:
    """One page of ListObjectsV2."""
    keys = sorted(key for key in bucket.objects if key.startswith(query["prefix"]))
    later_keys = [key for key in keys if key > query.get("continuation-token", "")]
    page = ""
    for number, key in enumerate(later_keys[:PAGE]):
        fields = [
            f"<Key>{key}</Key>",
            "<Size>1</Size>",
            f"<LastModified>{bucket.times[key]:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>",
        ]
        # Their order is no promise.
        page += f"<Contents>{''.join(fields[number:] + fields[:number])}</Contents>"
    if later_keys[PAGE:]:
        page += f"<NextContinuationToken>{later_keys[PAGE - 1]}</NextContinuationToken>"
    return f"<ListBucketResult>{page}</ListBucketResult>".encode()


def problem(method: str, target: str, headers: dict[str, str], body: bytes) -> str | None:
    """What is wrong with the signature of a request."""
    headers = {name.lower(): " ".join(value.split()) for name, value in headers.items()}
    algorithm, _, fields = headers.get("authorization", "").partition(" ")
    signature = dict(field.strip().split("=", 1) for field in fields.split(",") if "=" in field)
    if algorithm != ALGORITHM or set(signature) != {"Credential", "SignedHeaders", "Signature"}:
        return "not signed"
    signed, time = signature["SignedHeaders"].split(";"), headers.get("x-amz-date", "")
    scope = f"{time[:8]}/{REGION}/s3/aws4_request"
    if signature["Credential"] != f"{KEY}/{scope}":
        return f"signed by or for someone else: {signature['Credential']}"
    sent_at = datetime.strptime(time, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - sent_at) > timedelta(minutes=15):
        return "signed too long ago"
    if not {"host", "x-amz-date", "x-amz-content-sha256"} <= set(signed) or signed != sorted(
        signed
    ):
        return "not all is signed"
    if headers["x-amz-content-sha256"] != hashlib.sha256(body).hexdigest():
        return "the body is not what was signed"
    path, query = urlsplit(target).path, urlsplit(target).query
    pairs = sorted((quote(k, "-_.~"), quote(v, "-_.~")) for k, v in parse_qsl(query, True))
    canonical = "\n".join([
        method, path, "&".join(f"{k}={v}" for k, v in pairs),
        *(f"{name}:{headers[name]}" for name in signed), "",
        ";".join(signed), headers["x-amz-content-sha256"],
    ])  # fmt: skip
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join([ALGORITHM, time, scope, digest])
    expected = hmac.new(key, text.encode(), "sha256").hexdigest()
    return (
        None if hmac.compare_digest(expected, signature["Signature"]) else "the signature is wrong"
    )
