"""Which way up a picture is meant, as its EXIF data says."""

from struct import error, unpack_from

from app.account.pictures.anatomy import UPRIGHT

TAG, SHORT = 0x0112, 3


def orientation(exif: bytes) -> int:
    """1 to 8, as EXIF counts the ways; upright where it says nothing or nonsense.

    Pillow would read all entries of the directory, of which 65,535 may name the same 2 MB.
    """
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return UPRIGHT
    try:
        (start,) = unpack_from(f"{order}I", exif, 4)
        (entries,) = unpack_from(f"{order}H", exif, start)
        for entry in range(start + 2, start + 2 + 12 * entries, 12):
            tag, kind, _, value = unpack_from(f"{order}HHIH", exif, entry)
            if (tag, kind) == (TAG, SHORT):
                return value if 1 <= value <= 8 else UPRIGHT
    except error:  # it points beyond its end
        pass
    return UPRIGHT
