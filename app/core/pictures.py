"""Pictures that people send: decoded, turned upright, made small and written anew.

What is kept is always our own encoding of the pixels, so a file that is two formats at once, or
carries a place in its EXIF, is neither afterwards.
"""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps

from app.core.errors import RuleViolation
from app.core.text import N_

MOST_BYTES = 12 * 2**20
SMALLEST = 16
QUALITY = 82
# A picture may take 150 MB of memory at most: JPEG decodes at a fraction of its size unless it is
# progressive, transparent pixels are held twice while they are made small, WebP keeps canvases.
MOST_PIXELS = {"JPEG": 52_000_000, "PNG": 15_000_000, "WEBP": 8_000_000, "GIF": 16_000_000}
MOST_PROGRESSIVE = 24_000_000
ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_UNKNOWN = N_("This file is not a picture we can read. Choose a JPEG, PNG, WebP or GIF.")
_BROKEN = N_("This picture is damaged. Save it again with another program, or choose another one.")
_HEAVY = N_("This picture is larger than %(limit)s megabytes. Choose a smaller one.")
_MANY_PIXELS = N_("This picture has more pixels than we can take. Make it smaller and try again.")
_TINY = N_("This picture is too small. Choose one of at least %(least)s pixels each way.")

Image.MAX_IMAGE_PIXELS = max(MOST_PIXELS.values())
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class PictureRefused(RuleViolation):
    """The file is no picture we take."""


@dataclass(frozen=True)
class Picture:
    """A picture as we keep it."""

    content: bytes
    content_type: str
    width: int
    height: int


def accept(stream: IO[bytes], *, square: int | None = None, largest: int = 1600) -> Picture:
    """Return a picture in our own encoding (WebP); raises PictureRefused with what to do.

    `square` cuts the middle to that many pixels each way; `largest` bounds the longer side.
    """
    raw = stream.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise PictureRefused(_HEAVY, limit=MOST_BYTES // 2**20)
    image = _open(raw)
    _check_size(image)
    try:
        return _written(_upright(image, square, largest))
    except Exception:  # noqa: BLE001 - whatever a decoder says of hostile bytes, they are damaged
        raise PictureRefused(_BROKEN) from None


def _open(raw: bytes) -> Image.Image:
    """Read the header only."""
    try:
        return Image.open(BytesIO(raw), formats=list(MOST_PIXELS))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(_MANY_PIXELS) from None
    except Exception:  # noqa: BLE001 - as above
        raise PictureRefused(_UNKNOWN) from None


def _check_size(image: Image.Image) -> None:
    """Refuse by the size the header claims, before a single pixel is decoded."""
    if min(image.size) < SMALLEST:
        raise PictureRefused(_TINY, least=SMALLEST)
    most = MOST_PIXELS[str(image.format)]
    if "progressive" in image.info:
        most = MOST_PROGRESSIVE
    if image.width * image.height > most:
        raise PictureRefused(_MANY_PIXELS)


def _upright(image: Image.Image, square: int | None, largest: int) -> Image.Image:
    """Decode no more than needed, make it small, then turn it."""
    turn = _TURNS.get(_orientation(image))
    longest = square * 2 if square else largest
    image.draft("RGB", (longest, longest))
    image.load()
    mode = _mode(image)
    small = image if image.mode == mode else image.convert(mode)  # a copy doubles the memory
    if square:
        small = ImageOps.fit(small, (square, square))
    else:
        small.thumbnail((largest, largest))
    return small.transpose(turn) if turn is not None else small


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - a broken EXIF turns nothing
        return 1


def _mode(image: Image.Image) -> str:
    return "RGBA" if image.has_transparency_data else "RGB"


def _written(image: Image.Image) -> Picture:
    """Write as WebP, without loss where there are few colours (a drawn mark)."""
    file = BytesIO()
    is_drawn = image.getcolors(256) is not None
    image.info.clear()  # profiles, comments and EXIF stay behind
    image.save(file, "WEBP", quality=QUALITY, lossless=is_drawn, method=4)
    return Picture(file.getvalue(), "image/webp", image.width, image.height)
