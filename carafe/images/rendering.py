"""Decodes and redraws an untrusted picture in one or several sizes.

`pictures.py` runs this file as a separate program, so it imports nothing of the app: a faulty
decoder runs in a process without secrets, with limited memory and time, and a low priority.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, NamedTuple
from warnings import catch_warnings

if TYPE_CHECKING:
    from PIL.Image import Image

QUALITY = 85
FORMATS = ["PNG", "JPEG", "WEBP"]
BEGINNINGS = re.compile(rb"\x89PNG|\xff\xd8\xff|RIFF....WEBP", re.DOTALL)
# For a JPEG, only as many pixels are decoded as needed; for others, all, at 4 to 12 bytes each.
MAX_PIXELS = {"PNG": 17_000_000, "JPEG": 25_000_000, "WEBP": 17_000_000}

NICENESS = 10

NO_PICTURE = "Choose a PNG, JPEG, or WebP image."
DAMAGED = "This image is damaged or incomplete."
TOO_MANY_PIXELS = "This image has more than {} million pixels. Resize it and try again."
A_BOMB = "This image is too large when decompressed."


class Size(NamedTuple):
    """A size in pixels: what fits into it or, with `crop`, the center that fills it."""

    width: int
    height: int
    crop: bool = False


class RefusedError(ValueError):
    """Why a file isn't accepted as a picture, in words for the user."""


def render(content: bytes, sizes: list[Size]) -> list[bytes]:
    """Return the picture in these sizes, upright, as WebP files without anything else.

    Of an animation, it is the first frame. Raise `RefusedError`.
    """
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with (
            catch_warnings(action="ignore"),
            Image.open(BytesIO(content), formats=FORMATS) as image,
        ):
            _check(image)
            longest = max(max(size.width, size.height) for size in sizes)
            image.draft("RGB", (2 * longest, 2 * longest))
            image.load()
            with suppress(Exception):  # invalid EXIF data rotates nothing
                ImageOps.exif_transpose(image, in_place=True)
            plain = _plain(image)
        return [_file(_resized(plain, size)) for size in sizes]
    except RefusedError:
        raise
    except UnidentifiedImageError:
        raise RefusedError(DAMAGED if BEGINNINGS.match(content) else NO_PICTURE) from None
    except Image.DecompressionBombError:
        raise RefusedError(TOO_MANY_PIXELS.format(MAX_PIXELS["JPEG"] // 1_000_000)) from None
    except MemoryError:
        raise RefusedError(A_BOMB) from None
    # Decoders raise all kinds of errors: struct.error, SyntaxError, OSError, EOFError …
    except Exception as error:
        logging.info("image processing failed: %r", error)
        raise RefusedError(DAMAGED) from None


def _check(image: Image) -> None:
    """Refuse a picture that is too large by its header, before decoding it."""
    most = MAX_PIXELS.get(image.format or "", MAX_PIXELS["JPEG"])  # or MPO: several JPEGs
    if image.width * image.height > most:
        raise RefusedError(TOO_MANY_PIXELS.format(most // 1_000_000))


def _plain(image: Image) -> Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode.startswith("I;16"):  # converting would clip values at 255
        image = image.point(lambda value: value / 256).convert("L")
    return image if image.mode == mode else image.convert(mode)


def _resized(image: Image, size: Size) -> Image:
    across, down = image.width / size.width, image.height / size.height
    if not size.crop:
        scale = max(across, down, 1)  # never larger than the original
        small = round(image.width / scale) or 1, round(image.height / scale) or 1
        return image.resize(small, reducing_gap=3.0)
    width, height = size.width * min(across, down), size.height * min(across, down)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    return image.resize((size.width, size.height), box=box, reducing_gap=3.0)


def _file(image: Image) -> bytes:
    image.info.clear()  # Pillow would copy its contents into the new file
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def main() -> None:
    """Redraw the picture on standard input; write a line of JSON, then the files."""
    options = json.loads(sys.argv[1])
    _limit(options["seconds"], options["bytes"])
    sizes = [Size(*size) for size in options["sizes"]]
    try:
        files = render(sys.stdin.buffer.read(), sizes)
        answer: dict[str, object] = {"lengths": [len(file) for file in files]}
    except RefusedError as reason:
        files, answer = [], {"refused": str(reason)}
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + b"".join(files))


def _limit(seconds: int, bytes: int) -> None:
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    with suppress(ImportError, OSError, ValueError):  # Windows; macOS doesn't limit address space
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (bytes, bytes))


if __name__ == "__main__":
    main()
