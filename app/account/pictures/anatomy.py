"""What of a file is its picture. Nothing is decoded to find out."""

from dataclasses import dataclass

UPRIGHT = 1


class RefusedError(ValueError):
    """Why a file is not taken as a picture, in words for whoever chose it."""


class DamagedError(RefusedError):
    def __init__(self) -> None:
        super().__init__("This picture is damaged or incomplete.")


@dataclass
class Anatomy:
    """The parts of a file that hold its picture, as a file of their own."""

    content: bytes
    # Width and height in pixels, as announced.
    size: tuple[int, int]
    # Where the picture ends in the file that was given.
    end: int
    # Which way up it is meant: 1 to 8, as EXIF counts.
    orientation: int = UPRIGHT
