"""A picture from someone is redrawn as a square."""

import io

import pytest
from PIL import ExifTags, Image

from carafe.testing.images import corners, encoded, nearest, plain, quarters


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP"])
def test_it_is_a_square(format, render):
    made = render(encoded(quarters((600, 400)), format))
    opened = Image.open(io.BytesIO(made))
    assert (opened.format, opened.size) == ("WEBP", (256, 256))
    assert corners(made) == ["red", "green", "blue", "white"]


def test_it_shows_the_middle(render):
    wide = Image.new("RGB", (900, 300), (0, 0, 0))
    wide.paste(quarters((300, 300)), (300, 0))
    assert corners(render(encoded(wide))) == ["red", "green", "blue", "white"]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_it_takes_every_kind_of_png(mode, render):
    made = render(encoded(Image.new(mode, (40, 30))))
    assert Image.open(io.BytesIO(made)).size == (256, 256)


@pytest.mark.parametrize("mode", ["L", "CMYK", "YCbCr"])
@pytest.mark.parametrize("progressive", [False, True])
def test_it_takes_every_kind_of_jpeg(mode, progressive, render):
    assert render(encoded(Image.new(mode, (40, 30)), "JPEG", progressive=progressive))


def test_it_keeps_what_is_transparent(render):
    made = render(encoded(Image.new("RGBA", (40, 30), (255, 0, 0, 0))))
    assert Image.open(io.BytesIO(made)).getchannel("A").getextrema() == (0, 0)


@pytest.mark.parametrize("size", [(1, 1), (4096, 1), (1, 9000), (4096, 4096)])
def test_it_takes_the_smallest_and_the_largest(size, render):
    assert render(plain(size=size))


def test_it_takes_a_photo_of_a_phone(draw):
    """Twelve megapixels and more than 4 MB; stored lying on its side."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    noise = Image.effect_noise((1008, 756), 80).resize((4032, 3024)).convert("RGB")
    noise.paste(quarters((2000, 2000)), (1016, 512))
    photo = encoded(noise, "JPEG", quality=97, exif=exif)
    assert len(photo) > 4_000_000
    made = Image.open(io.BytesIO(draw(photo)))
    assert (made.format, made.size) == ("WEBP", (256, 256))
    # The quarters, turned, stand in the middle of the square.
    at = [(60, 60), (196, 60), (196, 196), (60, 196)]
    assert [nearest(made.getpixel(xy)) for xy in at] == ["white", "red", "green", "blue"]
