"""What the worst profile pictures cost: processor time, and memory above that of an idle process.

    python bench/pictures.py

Each as large as the budgets of pixels allow, or 10 MB of the smallest parts that a file can be made
of, in a separate process, as the app draws them.
"""

import random
import struct
import subprocess
import sys
import time
import zlib
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from PIL import Image

from carafe.images.rendering import RefusedError, Size, render

# Sides of the largest picture that is no JPEG, and of the largest JPEG.
N, M = 4120, 5000
MAX_BYTES = 10 * 1024 * 1024
SIZE = Size(256, 256, crop=True)


def encoded(image: Image.Image, format: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def png(color: int, depth: int, channels: int) -> bytes:
    row = b"\0" + b"\x7f" * (N * channels * depth // 8)

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", N, N, depth, color, 0, 0, 0)
    parts = chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(row * N, 9)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def noise(mode: str = "RGB", side: int = N) -> Image.Image:
    size = 512 * 512 * len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, (512, 512), random.Random(1).randbytes(size)).resize((side, side))


def scans() -> bytes:
    """Nearly as many scans as are accepted."""
    image = Image.linear_gradient("L").resize((N, N)).convert("RGB")
    drawn = encoded(image, "JPEG", progressive=True)
    last = drawn[drawn.rindex(b"\xff\xda") : -2]
    return drawn[:-2] + last * 90 + b"\xff\xd9"


def small(format: str) -> bytes:
    return encoded(Image.new("RGB", (9, 9)), format)


def stuffed(file: bytes, at: int, part: bytes) -> bytes:
    """A file of just below 10 MB with as many of one part as fit."""
    return file[:at] + part * ((MAX_BYTES - len(file)) // len(part)) + file[at:]


CASES = {
    "JPEG": lambda: encoded(noise(side=M), "JPEG", quality=30),
    "JPEG, progressive": lambda: encoded(noise(side=M), "JPEG", quality=30, progressive=True),
    "JPEG, CMYK, progressive": lambda: encoded(
        noise("CMYK", M), "JPEG", quality=5, progressive=True
    ),
    "JPEG of 100 scans": scans,
    "PNG, RGBA": lambda: png(6, 8, 4),
    "PNG, RGBA of 16 bits": lambda: png(6, 16, 4),
    "PNG, gray with alpha": lambda: png(4, 8, 2),
    "PNG, palette with alpha": lambda: encoded(Image.new("P", (N, N)), "PNG", transparency=0),
    "WebP": lambda: encoded(noise(), "WEBP", quality=10, method=0),
    "WebP, alpha": lambda: encoded(noise("RGBA"), "WEBP", quality=1, alpha_quality=0, method=0),
    "WebP, lossless": lambda: encoded(Image.new("RGBA", (N, N), "red"), "WEBP", lossless=True),
    "PNG of empty chunks": lambda: stuffed(small("PNG"), 33, bytes(4) + b"teXt" + bytes(4)),
    "JPEG of empty comments": lambda: stuffed(small("JPEG"), 2, b"\xff\xfe\0\x02"),
    "JPEGs behind a JPEG": lambda: stuffed(small("JPEG"), len(small("JPEG")), small("JPEG")),
    "JPEG of FF": lambda: stuffed(small("JPEG"), len(small("JPEG")) - 2, b"\xff"),
}


def peak_kib() -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def measure(file: Path) -> None:
    content = file.read_bytes()
    for format in ("PNG", "JPEG", "WEBP"):
        render(small(format), [SIZE])  # libraries are loaded
    Path("/proc/self/clear_refs").write_text("5")  # resets the peak
    before, start = peak_kib(), time.process_time()
    try:
        outcome = f"{len(render(content, [SIZE])[0]) / 1024:.1f} KiB"
    except RefusedError as reason:
        outcome = str(reason)
    seconds, mebibytes = time.process_time() - start, (peak_kib() - before) / 1024
    print(f"{len(content) / 1e6:5.2f} MB  {seconds:5.2f} s  {mebibytes:4.0f} MiB  {outcome}")


def main() -> None:
    with TemporaryDirectory() as folder:
        for name, make in CASES.items():
            file = Path(folder) / "picture"
            file.write_bytes(make())
            print(f"{name:26}", end="", flush=True)
            subprocess.run([sys.executable, __file__, str(file)], check=True)


if __name__ == "__main__":
    measure(Path(sys.argv[1])) if sys.argv[1:] else main()
