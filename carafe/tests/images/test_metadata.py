"""Where a picture was taken, with what and when, is nobody's business."""

import io
from typing import Any

import pytest
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from carafe.testing.images import chunks, corners, encoded, quarters

SECRET = "52.5163 N 13.3777 E"
PICTURE_ALONE = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH"}
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SECRET}</x:xmpmeta>".encode()


def exif(orientation: int = 1) -> Image.Exif:
    made = Image.Exif()
    made[ExifTags.Base.Orientation] = orientation
    made[ExifTags.Base.Make] = SECRET
    made.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (52.0, 30.0, 59.0)
    made.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSMapDatum] = SECRET
    return made


def text() -> PngInfo:
    info = PngInfo()
    info.add_text("Comment", SECRET)
    info.add_text("Author", SECRET, zip=True)
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"exif": exif(), "icc_profile": PROFILE, "xmp": XMP, "comment": SECRET},
    "PNG": {"exif": exif(), "icc_profile": PROFILE, "pnginfo": text()},
    "WEBP": {"exif": exif(), "icc_profile": PROFILE, "xmp": XMP},
}


@pytest.mark.parametrize("format", OPTIONS)
def test_it_is_left_out(format, render):
    content = encoded(quarters(), format, **OPTIONS[format])
    assert SECRET.encode() in content
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    made = render(content)
    assert set(chunks(made)) <= PICTURE_ALONE
    assert SECRET.encode() not in made
    opened = Image.open(io.BytesIO(made))
    assert not opened.getexif()
    assert not {"icc_profile", "exif", "xmp", "comment"} & set(opened.info)
    assert corners(made) == ["red", "green", "blue", "white"]


# What a camera held that way stores as red, green, blue, white (EXIF 2.32, 4.6.4 A).
TURNED = {
    1: ["red", "green", "blue", "white"],
    2: ["green", "red", "white", "blue"],
    3: ["blue", "white", "red", "green"],
    4: ["white", "blue", "green", "red"],
    5: ["red", "white", "blue", "green"],
    6: ["white", "red", "green", "blue"],
    7: ["blue", "green", "red", "white"],
    8: ["green", "blue", "white", "red"],
}


@pytest.mark.parametrize("orientation", TURNED)
def test_it_is_upright(orientation, render):
    made = render(encoded(quarters(), "JPEG", exif=exif(orientation)))
    assert corners(made) == TURNED[orientation]


@pytest.mark.parametrize("format", OPTIONS)
def test_it_is_upright_in_each_format(format, render):
    made = render(encoded(quarters(), format, exif=exif(6)))
    assert corners(made) == TURNED[6]


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"II*\0", b"MM\0*\xff\xff\xff\xff", b"II*\0\x08\0\0\0\xff\xff", b"XX*\0\x08\0\0\0",
     b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0"],
)  # fmt: skip
@pytest.mark.parametrize("format", OPTIONS)
def test_nonsense_turns_nothing(format, nonsense, render):
    made = render(encoded(quarters(), format, exif=b"Exif\0\0" + nonsense))
    assert corners(made) == TURNED[1]


def test_a_photo_with_a_depth_map_is_taken(render):
    """Phones append further JPEGs to the one that is shown, and zeros."""
    photo, depth = encoded(quarters(), "JPEG"), encoded(Image.new("L", (40, 40)), "JPEG")
    assert corners(render(photo + bytes(64) + depth + bytes(64))) == TURNED[1]
