"""A picture from a stranger, decoded and redrawn in one or several sizes.

`pictures.py` runs this file as a program of its own, so it imports nothing of the app: what a
decoder does wrong happens in a process that holds no secret, has bounds of memory and time, and
yields to others.
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
# Of a JPEG no more pixels are decoded than are needed; of others all, at 4 to 12 bytes each.
MAX_PIXELS = {"PNG": 17_000_000, "JPEG": 25_000_000, "WEBP": 17_000_000}

NICENESS = 10

NO_PICTURE = "Choose a PNG, JPEG, or WebP image."
DAMAGED = "This image is damaged or incomplete."
TOO_MANY_PIXELS = "This image has more than {} million pixels. Resize it and try again."
A_BOMB = "This image is too large when decompressed."


class Size(NamedTuple):
    """A size in pixels: as large as fits into it or, to `crop`, the middle that fills it."""

    width: int
    height: int
    crop: bool = False


class RefusedError(ValueError):
    """Why a file is not taken as a picture, in words for the user who chose it."""


def render(content: bytes, sizes: list[Size]) -> list[bytes]:
    """Return the picture in these sizes, upright, as WebP files with nothing else in them.

    Of an animation it is the first frame. Raises `RefusedError`.
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
            with suppress(Exception):  # EXIF data that is nonsense turns nothing
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
    # Decoders raise whatever they stumble on: struct.error, SyntaxError, OSError, EOFError …
    except Exception as error:
        logging.info("image processing failed: %r", error)
        raise RefusedError(DAMAGED) from None


def _check(image: Image) -> None:
    """Refuse what its header says is too large: nothing is decoded yet."""
    most = MAX_PIXELS.get(image.format or "", MAX_PIXELS["JPEG"])  # or MPO: several JPEGs
    if image.width * image.height > most:
        raise RefusedError(TOO_MANY_PIXELS.format(most // 1_000_000))


def _plain(image: Image) -> Image:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if image.mode.startswith("I;16"):  # converting would cut values off at 255
        image = image.point(lambda value: value / 256).convert("L")
    return image if image.mode == mode else image.convert(mode)


def _resized(image: Image, size: Size) -> Image:
    across, down = image.width / size.width, image.height / size.height
    if not size.crop:
        scale = max(across, down, 1)  # never larger than it was
        small = round(image.width / scale) or 1, round(image.height / scale) or 1
        return image.resize(small, reducing_gap=3.0)
    width, height = size.width * min(across, down), size.height * min(across, down)
    left, top = (image.width - width) / 2, (image.height - height) / 2
    box = (left, top, left + width, top + height)
    return image.resize((size.width, size.height), box=box, reducing_gap=3.0)


def _file(image: Image) -> bytes:
    image.info.clear()  # Pillow would write what it holds into the new file
    file = BytesIO()
    image.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()


def main() -> None:
    """Draw the picture on standard input; answer with a line of JSON, and the files behind it."""
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
    with suppress(ImportError, OSError, ValueError):  # Windows; macOS bounds no addresses
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (bytes, bytes))


if __name__ == "__main__":
    main()
