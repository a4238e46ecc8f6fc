"""Pictures as people upload them, and files that look like pictures."""

import io
import re
import struct
import zlib
from typing import Any

from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from carafe.testing.http import Browser

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# A quarter of a picture each, clockwise from the top left.
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def plain(format: str = "PNG", size: tuple[int, int] = (40, 30), **options: Any) -> bytes:
    return encoded(Image.new("RGB", size, (20, 90, 100)), format, **options)


def quarters(size: tuple[int, int] = (400, 400)) -> Image.Image:
    image, (x, y) = Image.new("RGB", size, RED), (size[0] // 2, size[1] // 2)
    image.paste(GREEN, (x, 0, *size))
    image.paste(BLUE, (x, y, *size))
    image.paste(WHITE, (0, y, x, size[1]))
    return image


def corners(picture: bytes) -> list[str]:
    """Return the colors in the corners, clockwise from the top left, rounded to the four."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    last = image.width - 8
    return [nearest(image.getpixel(at)) for at in [(8, 8), (last, 8), (last, last), (8, last)]]


def nearest(color: Any) -> str:
    names = {"red": RED, "green": GREEN, "blue": BLUE, "white": WHITE}
    return min(names, key=lambda n: sum(abs(a - b) for a, b in zip(names[n], color, strict=True)))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, data: bytes = b"") -> bytes:
    """Return a PNG of black pixels, or of the unpacked `data`, with additional chunks."""
    pixels = data or zlib.compress(bytes((width * 3 + 1) * height))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return PNG_SIGNATURE + b"".join([header, *more, chunk(b"IDAT", pixels), chunk(b"IEND", b"")])


def chunks(webp: bytes) -> list[bytes]:
    """Return the types of a WebP's chunks."""
    kinds, position = [], 12
    while position < len(webp):
        kind, length = struct.unpack_from("<4sI", webp, position)
        kinds.append(kind)
        position += 8 + length + length % 2
    return kinds


def multipart(
    fields: dict[str, str], content: bytes, name: str = "me.png", mimetype: str = "image/png"
) -> tuple[bytes, str]:
    """Return a form with a file, as browsers send it, and its content type."""
    file = FileStorage(io.BytesIO(content), name, content_type=mimetype)
    boundary, body = encode_multipart({**fields, "avatar": file})
    return body, f"multipart/form-data; boundary={boundary}"


def shown(browser: Browser, path: str = "/account/profile") -> list[str]:
    """Return the URLs of the pictures on a page."""
    return re.findall(r'<img class="avatar[^"]*" src="([^"]+)"', browser.get(path).text)


def picture(browser: Browser) -> bytes:
    """Return the URL of the user's own picture."""
    answer = browser.get(shown(browser)[0])
    assert answer.status_code == 200
    return bytes(answer.data)
