"""Files of a few kilobytes that would fill the memory of whoever opens them, or keep it busy."""

import io
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image

from tests.account.avatars.drawings import chunk, encoded, nearest, picture, plain, png
from tests.account.avatars.test_avatar_refusals import A_BOMB, DAMAGED, TOO_MANY_PIXELS

MEBIBYTE = 1024 * 1024
ZEROS = zlib.compress(bytes(50 * MEBIBYTE), 9)


def webp(kind: bytes, data: bytes) -> bytes:
    """A WebP of one chunk."""
    padded = data + b"\0" * (len(data) % 2)
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + padded
    return b"RIFF" + struct.pack("<I", len(body)) + body


def many_scans() -> bytes:
    """A progressive JPEG that is drawn 200 times."""
    drawn = plain("JPEG", progressive=True)
    last = drawn[drawn.rindex(b"\xff\xda") : -2]
    return drawn[:-2] + last * 200 + b"\xff\xd9"


BOMBS = {
    "PNG of 50,000 x 50,000": (png(50_000, 50_000, data=b"x"), TOO_MANY_PIXELS),
    "PNG of 4 billion": (png(2**32 - 1, 2**32 - 1, data=b"x"), TOO_MANY_PIXELS),
    "PNG one pixel too large": (png(4097, 4097, data=ZEROS), TOO_MANY_PIXELS),
    "JPEG of 65,535 x 65,535": (
        b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(9) + b"\xff\xd9",
        TOO_MANY_PIXELS,
    ),
    "WebP of 16 million": (webp(b"VP8X", bytes(4) + b"\xff" * 6), TOO_MANY_PIXELS),
    "lossless WebP of 16,384": (webp(b"VP8L", b"\x2f\xff\xff\xff\x0f" + bytes(9)), TOO_MANY_PIXELS),
    "lossy WebP of 16,383": (
        webp(b"VP8 ", b"\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(9)),
        TOO_MANY_PIXELS,
    ),
    "compressed comment": (png(9, 9, chunk(b"zTXt", b"Comment\0\0" + ZEROS)), A_BOMB),
    "compressed international comment": (
        png(9, 9, chunk(b"iTXt", b"Comment\0\1\0en\0Comment\0" + ZEROS)),
        A_BOMB,
    ),
    "compressed colour profile": (png(9, 9, chunk(b"iCCP", b"sRGB\0\0" + ZEROS)), A_BOMB),
    "many comments of a mebibyte": (
        png(9, 9, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(MEBIBYTE - 1), 9)) * 500),
        A_BOMB,
    ),
    "JPEG of 200 scans": (many_scans(), DAMAGED),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_with_the_reason(bomb, alice, sign_in, upload, files):
    content, reason = BOMBS[bomb]
    answer = upload(sign_in(alice), content)
    assert answer.status_code == 422
    assert reason in answer.text
    assert files() == []


def test_pixels_beyond_the_picture_are_not_unpacked(alice, sign_in, upload):
    browser = sign_in(alice)
    assert upload(browser, png(9, 9, data=ZEROS)).status_code in (303, 422)


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_of_an_animation_the_first_picture_is_taken(format, alice, sign_in, upload):
    colours = ["blue", "red"] * 100
    first, *others = [Image.new("RGB", (64, 64), colour) for colour in colours]
    browser = sign_in(alice)
    content = encoded(first, format, save_all=True, append_images=others)
    assert upload(browser, content).status_code == 303
    with Image.open(io.BytesIO(picture(browser))) as made:
        assert getattr(made, "n_frames", 1) == 1
        assert nearest(made.getpixel((9, 9))) == "blue"


def test_entries_that_name_the_same_bytes_are_not_copied(alice, sign_in, upload):
    """500 copies of a mebibyte here; 65,535 of nearly two, thus 120 GB, in the worst file."""
    entries = b"".join(struct.pack("<HHII", tag, 7, MEBIBYTE, 0) for tag in range(500))
    exif = (b"II*\0" + struct.pack("<IH", 8, 500) + entries).ljust(MEBIBYTE, b"\0")
    browser = sign_in(alice)
    tracemalloc.start()
    try:
        assert upload(browser, png(9, 9, chunk(b"eXIf", exif))).status_code == 303
        assert tracemalloc.get_traced_memory()[1] < 50 * MEBIBYTE
    finally:
        tracemalloc.stop()
