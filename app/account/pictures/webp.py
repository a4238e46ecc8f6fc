"""WebP: a RIFF file, chunks of kind, length and content."""

from struct import unpack_from

from app.account.pictures.anatomy import UPRIGHT, Anatomy, DamagedError
from app.account.pictures.orientation import orientation

# Not EXIF, XMP and colour profile. The frames of an animation are ANMF: the first is taken.
DRAWN = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}


def dissect(content: bytes) -> Anatomy:
    end = 8 + unpack_from("<I", content, 4)[0]
    position, parts, turned = 12, dict[bytes, bytes](), UPRIGHT
    while position + 8 <= min(end, len(content)):
        kind, length = unpack_from("<4sI", content, position)
        start, position = position + 8, position + 8 + length + length % 2
        if kind in DRAWN and kind not in parts:
            parts[kind] = content[start - 8 : position]
        elif kind == b"EXIF":
            turned = orientation(content[start:position].removeprefix(b"Exif\0\0"))
    if position != end or end > len(content):
        raise DamagedError
    body = b"WEBP" + b"".join(parts.values())
    file = b"RIFF" + len(body).to_bytes(4, "little") + body
    return Anatomy(file, _size(file), end, turned)


def _size(file: bytes) -> tuple[int, int]:
    kind, data = file[12:16], file[20:30].ljust(10, b"\0")
    if kind == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    width, height = unpack_from("<HH", data, 6)
    return width & 0x3FFF, height & 0x3FFF
