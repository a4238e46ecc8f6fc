"""Pictures are drawn as squares, in this process or, as in the app, by one of their own."""

from collections.abc import Callable

import pytest

from carafe.images import pictures, rendering
from carafe.images.pictures import Size

Draw = Callable[[bytes], bytes]
SIZES = [Size(256, 256, crop=True)]


@pytest.fixture
def render() -> Draw:
    """Draws a picture in this process: another takes longer to start than to draw."""

    def draw(content: bytes) -> bytes:
        [file] = rendering.render(content, SIZES)
        return file

    return draw


@pytest.fixture
def draw() -> Draw:
    """Draws a picture in a separate process."""

    def draw(content: bytes) -> bytes:
        [file] = pictures.draw(content, SIZES)
        return file

    return draw
