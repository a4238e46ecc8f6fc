"""What is refused as a picture, with the reason."""

import io
import re
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from carafe.images.rendering import DAMAGED, NO_PICTURE, RefusedError
from carafe.testing.images import PNG_SIGNATURE, chunk, chunks, encoded, plain, png

HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PNG, JPEG, WEBP = plain(), plain("JPEG"), plain("WEBP")


def archive() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archived:
        archived.writestr("evil.txt", "evil")
    return file.getvalue()


def comment(text: bytes) -> bytes:
    """A JPEG with a comment."""
    return JPEG[:2] + b"\xff\xfe" + struct.pack(">H", len(text) + 2) + text + JPEG[2:]


def in_riff(more: bytes) -> bytes:
    """A WebP with one more chunk."""
    padded = more + b"\0" * (len(more) % 2)
    body = WEBP[8:] + b"junk" + struct.pack("<I", len(more)) + padded
    return b"RIFF" + struct.pack("<I", len(body)) + body


OTHER_KINDS = {
    "an SVG": SVG,
    "an SVG with a declaration": b'<?xml version="1.0"?>' + SVG,
    "a web page": HTML,
    "a GIF": plain("GIF"),
    "a TIFF": plain("TIFF"),
    "a BMP": plain("BMP"),
    "an icon": plain("ICO"),
    "a PDF": b"%PDF-1.7 %%EOF",
    "PostScript": plain("EPS"),
    "a ZIP": archive(),
    "a program": b"\x7fELF" + bytes(100),
    "text": b"just words",
    "zeros": bytes(1000),
    "a WAV": b"RIFF\x24\0\0\0WAVEfmt " + bytes(40),
    "a single byte": b"\x89",
    "a web page before a picture": HTML + PNG,
    "a GIF before a picture": b"GIF89a" + JPEG,
}

POLYGLOTS = {
    "zeros behind a JPEG": JPEG + bytes(1000),
    "a ZIP behind a JPEG": JPEG + archive(),
    "a ZIP behind a PNG": PNG + archive(),
    "a ZIP behind a WebP": WEBP + archive(),
    "a web page behind a JPEG": JPEG + HTML,
    "a web page behind a PNG": PNG + HTML,
    "a web page behind a WebP": WEBP + HTML,
    "a byte behind a PNG": PNG + b"\0",
    "a byte behind a JPEG": JPEG + b"x",
    "a PNG behind a JPEG": JPEG + PNG,
    "a ZIP behind two JPEGs": JPEG + JPEG + archive(),
    "a web page in a JPEG's comment": comment(HTML),
    "an SVG in a JPEG's comment": comment(SVG),
    "PHP in a JPEG's comment": comment(b"<?php system($_GET['c']); ?>"),
    "a PDF in a JPEG's comment": comment(b"%PDF-1.7"),
    "a ZIP in a JPEG's comment": comment(archive()),
    "a web page in a PNG's text": png(9, 9, chunk(b"tEXt", b"Comment\0" + HTML)),
    "a ZIP in a PNG's chunk": png(9, 9, chunk(b"zipA", archive())),
    "a web page in a WebP's chunk": in_riff(HTML),
    "a ZIP in a WebP's chunk": in_riff(archive()),
}

FOREIGN = re.compile(rb"%PDF-|<script|<html|<!doctype|<\?php|www\.w3\.org|evil", re.IGNORECASE)

BROKEN = {
    **{f"half a {name}": file[: len(file) // 2] for name, file in
       {"PNG": PNG, "JPEG": JPEG, "WebP": WEBP}.items()},
    **{f"a {name} without its last byte": file[:-1] for name, file in
       {"JPEG": JPEG, "WebP": WEBP}.items()},
    "a PNG's signature": PNG_SIGNATURE,
    "a JPEG's beginning": b"\xff\xd8\xff",
    "a JPEG without a picture": b"\xff\xd8\xff\xd9",
    "a WebP's beginning": b"RIFF\x04\0\0\0WEBP",
    "a PNG without pixels": PNG_SIGNATURE + chunk(b"IEND", b""),
    "a PNG of no width": png(0, 9),
    "a PNG with a wrong checksum": png(9, 9).replace(b"IDAT", b"IDAT\0", 1)[:-1],
    "a PNG whose pixels end early": png(99, 99, data=zlib.compress(bytes(500))),
    "a PNG whose pixels are noise": png(9, 9, data=b"no zlib"),
    "a PNG of an impossible kind": PNG_SIGNATURE
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 9, 9, 77, 77, 9, 9, 9)) + chunk(b"IEND", b""),
    "a JPEG whose segment ends nowhere": b"\xff\xd8\xff\xe0\xff\xff" + bytes(100),
    "a JPEG of FF": b"\xff\xd8" + b"\xff" * 100_000,
    "a JPEG whose pixels are FF": JPEG[:-2] + b"\xff" * 100_000,
    "a WebP of nonsense": b"RIFF\x18\0\0\0WEBPVP8 \x0c\0\0\0nonsen\x08\0\x08\0..",
    "a WebP whose chunk is too long": WEBP[:16] + b"\xff\xff\xff\x7f" + WEBP[20:],
}  # fmt: skip

TOO_LARGE = {
    "a PNG": png(4124, 4124, data=b"x"),
    "a PNG that is wide": png(17_000_001, 1, data=b"x"),
    "a PNG with two headers": png(9, 9, png(4124, 4124, data=b"x")[8:33]),
    "a WebP": plain("WEBP", (4124, 4124)),
    "a lossless WebP": plain("WEBP", (4124, 4124), lossless=True),
    "an animated WebP": encoded(
        Image.new("RGB", (4124, 4124)), "WEBP", save_all=True,
        append_images=[Image.new("RGB", (4124, 4124), "red")],
    ),
}  # fmt: skip


def rows(refusals, reason):
    return [pytest.param(content, reason, id=name) for name, content in refusals.items()]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        *rows(OTHER_KINDS, NO_PICTURE),
        *rows(BROKEN, DAMAGED),
        *rows(TOO_LARGE, "more than 17 million pixels"),
        *rows({"a JPEG": plain("JPEG", (5001, 5000))}, "more than 25 million pixels"),
    ],
)
def test_it_is_refused_with_the_reason(content, reason, render):
    with pytest.raises(RefusedError, match=reason):
        render(content)


@pytest.mark.parametrize("content", POLYGLOTS.values(), ids=POLYGLOTS)
def test_what_else_a_file_holds_is_left_out(content, render):
    """It is a picture by decoding it: what phones and others put behind or into one is dropped."""
    made = render(content)
    assert chunks(made) == [b"VP8 "]
    assert not FOREIGN.search(made)
    assert not zipfile.is_zipfile(io.BytesIO(made))
