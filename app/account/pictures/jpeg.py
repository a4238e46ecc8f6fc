"""JPEG: segments, each a marker (FF and its kind), a length and content; pixels follow an SOS."""

import re
from struct import unpack_from

from app.account.pictures.anatomy import UPRIGHT, Anatomy, DamagedError
from app.account.pictures.orientation import orientation

START, END = b"\xff\xd8", b"\xff\xd9"
DHT, DAC, EOI, SOS, DQT, DRI, EXIF = 0xC4, 0xCC, 0xD9, 0xDA, 0xDB, 0xDD, 0xE1
FRAMES = {*range(0xC0, 0xD0)} - {DHT, 0xC8, DAC}
DRAWN = FRAMES | {DHT, DAC, SOS, DQT, DRI}
# Not EXIF, colour profile and comments: but what says how the colours are meant.
COLOURS = {0xE0: b"JFIF\0", 0xEE: b"Adobe"}

# A progressive picture is drawn once for each of its scans: ten or so. One of 2 MB may claim
# 50,000, which are minutes of work (libjpeg-turbo's report LJT-01-005).
MOST_SCANS = 100

MARKER = re.compile(rb"\xff++([^\x00\xff])", re.DOTALL)
# Amid pixels, FF is followed by 00 or is a restart; anything else ends them.
END_OF_PIXELS = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)

# Phones append further JPEGs (depth, brightness, a preview), and zeros in between.
APPENDED = re.compile(rb"\0*+(?=\xff\xd8\xff|\Z)")
MOST_APPENDED = 10


def dissect(content: bytes) -> Anatomy:
    found = _one(content, 0)
    for _ in range(MOST_APPENDED):
        gap = APPENDED.match(content, found.end)
        if gap is None:
            break
        found.end = gap.end()
        if found.end == len(content):
            break
        found.end = _one(content, found.end).end
    return found


def _one(content: bytes, start: int) -> Anatomy:
    position, kept, size, turned, scans = start + len(START), [START], (0, 0), UPRIGHT, 0
    while marker := MARKER.match(content, position):
        kind, start = marker[1][0], marker.end()
        if kind == EOI:
            return Anatomy(b"".join([*kept, END]), size, start, turned)
        if start + 7 > len(content):
            break
        position = start + unpack_from(">H", content, start)[0]
        if kind in FRAMES:
            if size != (0, 0):
                break
            size = unpack_from(">HH", content, start + 3)[::-1]
        elif kind == SOS:
            scans += 1
            end = END_OF_PIXELS.search(content, position)
            if end is None or scans > MOST_SCANS:
                break
            position = end.start()
        segment = content[start:position]
        if kind == EXIF and segment[2:8] == b"Exif\0\0":
            turned = orientation(segment[8:])
        if kind in DRAWN or (kind in COLOURS and segment[2:].startswith(COLOURS[kind])):
            kept += [bytes([0xFF, kind]), segment]
    raise DamagedError
