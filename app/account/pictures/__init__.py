"""Pictures that people upload: taken apart without being decoded, then drawn anew.

What is decoded is put together from the parts that hold the picture, whole and of a size that is
known. The decoder never sees the others, in which 2 MB can claim gigabytes: compressed comments,
thousands of EXIF entries that name the same bytes, the frames of an animation.
"""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO

from app.account.pictures import jpeg, png, webp
from app.account.pictures.anatomy import Anatomy, DamagedError, RefusedError
from app.account.pictures.drawing import MIMETYPE, SIDE, draw

__all__ = ["LONGEST_SIDE", "MIMETYPE", "SIDE", "RefusedError", "square"]

LONGEST_SIDE = 4096

FORMATS: dict[bytes, Callable[[bytes], Anatomy]] = {
    rb"\x89PNG\r\n\x1a\n": png.dissect,
    rb"\xff\xd8\xff": jpeg.dissect,
    rb"RIFF....WEBP": webp.dissect,
}

# How other formats begin, behind a picture or in its comments. Drawing anew leaves them out in
# any case, but who sends such a file should know that it was noticed.
FOREIGN = re.compile(rb"%PDF-|<script|<html|<!doctype|<\?php|www\.w3\.org/2000/svg", re.IGNORECASE)


def square(content: bytes) -> bytes:
    """The middle of the picture in a PNG, JPEG or WebP file, as a WebP of `SIDE` x `SIDE` pixels.

    By what the file holds, whatever it is called. Raises `RefusedError`, whose text is the reason.
    """
    dissect = next((f for magic, f in FORMATS.items() if re.match(magic, content, re.S)), None)
    if dissect is None:
        raise RefusedError("This is not a PNG, JPEG or WebP picture.")
    anatomy = dissect(content)
    if (
        anatomy.end < len(content)
        or FOREIGN.search(content)
        or zipfile.is_zipfile(BytesIO(content))
    ):
        raise RefusedError(
            "This file holds more than a picture. Save the picture anew, and choose that."
        )
    if min(anatomy.size) < 1:
        raise DamagedError
    if max(anatomy.size) > LONGEST_SIDE:
        raise RefusedError(f"This picture has more than {LONGEST_SIDE:,} pixels on a side.")
    return draw(anatomy)
