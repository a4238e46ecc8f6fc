"""PNG: a signature, then chunks of length, kind, content and checksum."""

import zlib
from struct import unpack_from

from app.account.pictures.anatomy import UPRIGHT, Anatomy, DamagedError, RefusedError
from app.account.pictures.orientation import orientation

# Not text, colour profile and EXIF; nor fcTL and fdAT, the further frames of an animation.
DRAWN = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
COMPRESSED = {b"zTXt", b"iTXt", b"iCCP"}
MOST_UNPACKED_BYTES = 1024 * 1024


def dissect(content: bytes) -> Anatomy:
    position, kept, size, turned, unpacked = 8, [content[:8]], (0, 0), UPRIGHT, 0
    while position + 12 <= len(content):
        length, kind = unpack_from(">I4s", content, position)
        start, position = position + 8, position + 12 + length
        if position > len(content):
            break
        data = content[start : start + length]
        if kind in DRAWN:
            kept.append(content[start - 8 : position])
        if kind == b"IHDR":
            if len(kept) != 2 or length != 13:
                break
            size = unpack_from(">II", data)
        elif kind == b"eXIf":
            turned = orientation(data)
        elif kind in COMPRESSED:
            unpacked += _unpacked(kind, data)
            if unpacked > MOST_UNPACKED_BYTES:
                raise RefusedError("This file unpacks to far more than it seems to hold.")
        elif kind == b"IEND":
            return Anatomy(b"".join(kept), size, position, turned)
    raise DamagedError


def _unpacked(kind: bytes, data: bytes) -> int:
    """How much a comment or a colour profile unpacks to; beyond the bound, no more than that."""
    _, _, rest = data.partition(b"\0")
    if kind == b"iTXt":  # whether it is compressed, how, two texts, and the comment
        packed = rest[2:].split(b"\0", 2)[-1] if rest[:1] == b"\1" else b""
    else:
        packed = rest[1:]
    try:
        return len(zlib.decompressobj().decompress(packed, MOST_UNPACKED_BYTES + 1))
    except zlib.error:
        return 0
