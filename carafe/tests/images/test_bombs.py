"""Files of a few kilobytes that would fill the memory of their reader, or keep it busy."""

import io
import struct
import zlib
from contextlib import suppress

import pytest
from PIL import Image

from carafe.images import pictures
from carafe.images.rendering import A_BOMB, DAMAGED, RefusedError
from carafe.testing.images import chunk, encoded, nearest, plain, png

MEBIBYTE = 1024 * 1024
MANY = "million pixels"
ZEROS = zlib.compress(bytes(50 * MEBIBYTE), 9)


def webp(kind: bytes, data: bytes) -> bytes:
    """A WebP of one chunk."""
    padded = data + b"\0" * (len(data) % 2)
    body = b"WEBP" + kind + struct.pack("<I", len(data)) + padded
    return b"RIFF" + struct.pack("<I", len(body)) + body


def many_scans() -> bytes:
    """A progressive JPEG of 80 KB that is drawn 4,000 times."""
    drawn = plain("JPEG", (1000, 1000), progressive=True)
    last = drawn[drawn.rindex(b"\xff\xda") : -2]
    return drawn[:-2] + last * 4000 + b"\xff\xd9"


BOMBS = {
    "PNG of 50,000 x 50,000": (png(50_000, 50_000, data=b"x"), MANY),
    "PNG of 4 billion": (png(2**32 - 1, 2**32 - 1, data=b"x"), MANY),
    "PNG that is a little too large": (png(4124, 4124, data=ZEROS), MANY),
    "JPEG of 65,535 x 65,535": (
        b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(9) + b"\xff\xd9",
        MANY,
    ),
    "WebP of 16 million": (webp(b"VP8X", bytes(4) + b"\xff" * 6), MANY),
    "lossless WebP of 16,384": (webp(b"VP8L", b"\x2f\xff\xff\xff\x0f" + bytes(9)), MANY),
    "lossy WebP of 16,383": (
        webp(b"VP8 ", b"\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f" + bytes(9)),
        MANY,
    ),
    "compressed comment": (png(9, 9, chunk(b"zTXt", b"Comment\0\0" + ZEROS)), DAMAGED),
    "compressed international comment": (
        png(9, 9, chunk(b"iTXt", b"Comment\0\1\0en\0Comment\0" + ZEROS)),
        DAMAGED,
    ),
    "compressed color profile": (png(9, 9, chunk(b"iCCP", b"sRGB\0\0" + ZEROS)), DAMAGED),
    "many comments of a mebibyte": (
        png(9, 9, chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(MEBIBYTE - 1), 9)) * 500),
        DAMAGED,
    ),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_with_the_reason(bomb, render):
    content, reason = BOMBS[bomb]
    with pytest.raises(RefusedError, match=reason):
        render(content)


def test_its_reason_comes_from_the_process_that_draws(draw):
    content, reason = BOMBS["PNG of 50,000 x 50,000"]
    with pytest.raises(RefusedError, match=reason):
        draw(content)


def test_pixels_beyond_the_picture_are_not_unpacked(render):
    with suppress(RefusedError):
        render(png(9, 9, data=ZEROS))


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_the_first_picture_of_an_animation_is_taken(format, render):
    colors = ["blue", "red"] * 100
    first, *others = [Image.new("RGB", (64, 64), color) for color in colors]
    content = encoded(first, format, save_all=True, append_images=others)
    with Image.open(io.BytesIO(render(content))) as made:
        assert getattr(made, "n_frames", 1) == 1
        assert nearest(made.getpixel((9, 9))) == "blue"


def entries(count: int) -> bytes:
    """EXIF data whose entries all name the same mebibyte."""
    entries = b"".join(struct.pack("<HHII", tag, 7, MEBIBYTE, 0) for tag in range(count))
    return (b"II*\0" + struct.pack("<IH", 8, count) + entries).ljust(MEBIBYTE, b"\0")


def test_entries_that_name_the_same_bytes_fill_no_memory(draw):
    assert draw(png(9, 9, chunk(b"eXIf", entries(65_000))))


def test_one_that_takes_too_long_is_refused(draw, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_SECONDS", 1)
    with pytest.raises(RefusedError, match=A_BOMB):
        draw(many_scans())


def test_one_that_takes_too_much_memory_is_refused(draw, monkeypatch):
    monkeypatch.setattr(pictures, "MAX_MEMORY_BYTES", 160 * MEBIBYTE)
    with pytest.raises(RefusedError):
        draw(plain("WEBP", (4100, 4100), lossless=True))


def test_a_decoder_that_crashes_takes_nothing_with_it(draw, monkeypatch, tmp_path):
    program = tmp_path / "crash.py"
    program.write_text("import os; os.abort()")
    monkeypatch.setattr(pictures, "PROGRAM", program)
    with pytest.raises(RefusedError):
        draw(plain())


def test_the_decoder_holds_no_secret(draw, monkeypatch, tmp_path):
    program = tmp_path / "environment.py"
    program.write_text("import os, json; print(json.dumps({'refused': ' '.join(os.environ)}))")
    monkeypatch.setattr(pictures, "PROGRAM", program)
    monkeypatch.setenv("SECRET_KEY", "x")
    with pytest.raises(RefusedError, match="PATH") as refusal:
        draw(plain())
    assert "SECRET_KEY" not in str(refusal.value)
