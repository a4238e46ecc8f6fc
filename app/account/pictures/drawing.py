"""A picture drawn anew, of which nothing is left but how its middle looks."""

import logging
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from werkzeug.exceptions import ServiceUnavailable

from app.account.pictures.anatomy import Anatomy, DamagedError

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

SIDE = 256
MIMETYPE = "image/webp"
QUALITY = 85

# One of 4,096 x 4,096 pixels takes up to 260 MiB and a second (`bench/pictures.py`): a process
# draws one at a time.
_turn = Lock()
PATIENCE_SECONDS = 10


def draw(anatomy: Anatomy) -> bytes:
    """The middle of a picture as a WebP of `SIDE` x `SIDE` pixels."""
    if not _turn.acquire(timeout=PATIENCE_SECONDS):
        raise ServiceUnavailable("Too many pictures at once.", retry_after=PATIENCE_SECONDS)
    try:
        return _draw(anatomy)
    # Decoders raise whatever they stumble on: struct.error, SyntaxError, IndexError, EOFError …
    except Exception as error:
        log.info("a picture was not drawn: %r", error)
        raise DamagedError from None
    finally:
        _turn.release()


def _draw(anatomy: Anatomy) -> bytes:
    from PIL import Image

    with Image.open(BytesIO(anatomy.content), formats=["PNG", "JPEG", "WEBP"]) as image:
        if image.size != anatomy.size:
            raise DamagedError
        image.draft("RGB", (2 * SIDE, 2 * SIDE))  # a JPEG: decoded no larger than that
        small = _middle(image)
    small.info.clear()  # Pillow would write what it holds into the new file
    turned = BytesIO()
    _upright(small, anatomy.orientation).save(turned, "WEBP", quality=QUALITY)
    return turned.getvalue()


def _middle(image: "Image") -> "Image":
    clear = image.has_transparency_data
    if image.mode == "I;16":  # converting would cut values off at 255
        image = image.point(lambda value: value / 256).convert("L")
    if image.mode not in ("L", "RGB", "RGBA", "CMYK") or (clear and image.mode != "RGBA"):
        image = image.convert("RGBA" if clear else "RGB")
    side = min(image.size)
    left, top = (image.width - side) / 2, (image.height - side) / 2
    box = (left, top, left + side, top + side)
    small = image.resize((SIDE, SIDE), box=box, reducing_gap=3.0)
    return small.convert("RGBA" if clear else "RGB")


def _upright(image: "Image", orientation: int) -> "Image":
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return image.transpose(turns[orientation]) if orientation in turns else image
