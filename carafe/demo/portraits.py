"""Pictures of people who don't exist: flat portraits, drawn from a few shapes and colors."""

from __future__ import annotations

from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw

SIZE = 256
# Drawn twice as large and scaled down, for smooth edges.
SCALE = 2
QUALITY = 80

BACKGROUNDS = ["#cfe5df", "#f3dfb8", "#dcd9ee", "#f2d3c8", "#cfe0ee", "#e2e7c9", "#ead7df"]
SHIRTS = ["#1f6f6b", "#c9822b", "#4a5a8a", "#a34b3f", "#5d6b57", "#35444c", "#7a4d76", "#e8e4da"]
SKINS = ["#f6d7bd", "#efc3a0", "#dda77d", "#bf8458", "#8f5b3c", "#75492f"]
HAIRS = ["#2b2320", "#4a3226", "#7a4b2b", "#b98648", "#d9b36c", "#8c8c8c", "#a4492c"]
SHORT_STYLES = ["short", "short", "side", "curly", "bald"]
LONG_STYLES = ["bob", "long", "bun", "curly"]
INK = "#1e1614"
CURLS = [
    (150, 200), (140, 150), (170, 106), (226, 82),
    (286, 82), (342, 106), (372, 150), (362, 200),
]  # fmt: skip


class Look(NamedTuple):
    background: str
    shirt: str
    skin: str
    hair: str
    style: str
    has_glasses: bool
    has_beard: bool


def portrait(random: Random, *, short_hair: bool) -> bytes:
    """Return a portrait as a WebP file: the same for a generator in the same state.

    Some people with `short_hair` have a beard.
    """
    from PIL import Image, ImageDraw

    look = _choose(random, short_hair)
    image = Image.new("RGB", (SIZE * SCALE, SIZE * SCALE), look.background)
    _draw(ImageDraw.Draw(image), look)
    file = BytesIO()
    image.resize((SIZE, SIZE), reducing_gap=2.0).save(file, "WEBP", quality=QUALITY, method=0)
    return file.getvalue()


def _choose(random: Random, short_hair: bool) -> Look:
    skin = random.choice(SKINS)
    # Blond and red hair looks drawn by chance on dark skin.
    hairs = HAIRS if SKINS.index(skin) < 3 else [HAIRS[0], HAIRS[1], HAIRS[5]]
    style = random.choice(SHORT_STYLES if short_hair else LONG_STYLES)
    return Look(
        background=random.choice(BACKGROUNDS),
        shirt=random.choice(SHIRTS),
        skin=skin,
        hair=random.choice(hairs),
        style=style,
        has_glasses=random.random() < 0.3,
        has_beard=short_hair and style != "curly" and random.random() < 0.4,
    )


def _draw(pen: ImageDraw, look: Look) -> None:
    _draw_back_hair(pen, look)
    pen.ellipse((86, 366, 426, 720), look.shirt)
    pen.rounded_rectangle((212, 290, 300, 400), 44, _darken(look.skin))
    pen.ellipse((150, 210, 190, 256), look.skin)
    pen.ellipse((322, 210, 362, 256), look.skin)
    pen.rounded_rectangle((164, 112, 348, 340), 92, look.skin)
    if look.has_beard:
        pen.chord((164, 156, 348, 342), 15, 165, look.hair)
        pen.rounded_rectangle((222, 262, 290, 296), 17, look.skin)
    _draw_front_hair(pen, look)
    _draw_face(pen, look)


def _draw_back_hair(pen: ImageDraw, look: Look) -> None:
    if look.style == "long":
        pen.rounded_rectangle((134, 92, 378, 430), 110, look.hair)
    elif look.style == "bob":
        pen.rounded_rectangle((138, 92, 374, 336), 104, look.hair)
    elif look.style == "bun":
        pen.ellipse((206, 34, 306, 134), look.hair)
    elif look.style == "curly":
        for x, y in CURLS:
            pen.ellipse((x - 48, y - 48, x + 48, y + 48), look.hair)


def _draw_front_hair(pen: ImageDraw, look: Look) -> None:
    if look.style == "bald":
        return
    if look.style == "side":
        pen.pieslice((156, 84, 356, 300), 180, 322, look.hair)
        pen.ellipse((256, 92, 356, 192), look.hair)
    elif look.style in ("bob", "long"):
        pen.chord((152, 88, 360, 282), 178, 300, look.hair)
        pen.chord((152, 88, 360, 282), 262, 362, look.hair)
    else:
        pen.chord((156, 88, 356, 290), 196, 344, look.hair)


def _draw_face(pen: ImageDraw, look: Look) -> None:
    brow = INK if look.hair == HAIRS[5] else look.hair
    for x in (220, 292):
        pen.arc((x - 20, 202, x + 20, 232), 205, 335, brow, 6)
        pen.ellipse((x - 8, 226, x + 8, 242), INK)
        if look.has_glasses:
            pen.ellipse((x - 28, 206, x + 28, 262), outline=INK, width=6)
    if look.has_glasses:
        pen.line((246, 230, 266, 230), INK, 6)
    pen.arc((226, 244, 286, 290), 25, 155, INK, 6)


def _darken(color: str) -> str:
    channels = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    return "#" + "".join(f"{round(channel * 0.86):02x}" for channel in channels)
