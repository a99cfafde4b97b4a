"""Portraits and pictures drawn by rule: nobody's photograph, the same at every seeding."""

from dataclasses import dataclass
from io import BytesIO
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from app.web.hue import in_gamut

SIDE = 208
FINE = 2  # drawn larger and made smaller: smooth edges
SKINS = ("#f3d3bd", "#f0c7a5", "#e8b997", "#d59f78", "#b97f57", "#a66a45", "#8f5a3b", "#6b4029")
HAIRS = ("#1e1a18", "#2c1f19", "#4a2f20", "#6f4a2a", "#a87a44", "#c9a368", "#8a8580", "#d8d4cd",
         "#7b2f1d", "#23304a")  # fmt: skip
DARK_HAIRS = ("#1e1a18", "#2c1f19", "#4a2f20", "#8a8580", "#23304a")
POSTER = (1200, 675)

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class _Look:
    """How one face is drawn."""

    skin: str
    hair: str
    style: int
    has_glasses: bool
    has_beard: bool
    smile: float


def portrait(random: Random) -> bytes:
    """Draw a face as a square WebP."""
    hue = random.randrange(360)
    side = SIDE * FINE
    image = Image.new("RGB", (side, side), _oklch(0.88, 0.06, hue))
    pen = ImageDraw.Draw(image)
    style = random.randrange(6)
    skin = random.randrange(len(SKINS))
    look = _Look(
        skin=SKINS[skin],
        hair=random.choice(HAIRS if skin < 3 else DARK_HAIRS),
        style=style,
        has_glasses=random.random() < 0.28,
        has_beard=style in {0, 4} and random.random() < 0.35,
        smile=random.uniform(0.7, 1.0),
    )
    _disc(pen, 0.5, 0.62, 0.52, 0.52, _oklch(0.93, 0.045, hue))
    _draw_back_hair(pen, look)
    _draw_body(
        pen, look, _oklch(random.uniform(0.45, 0.68), 0.11, hue + random.choice((60, 150, 210)))
    )
    _disc(pen, 0.5, 0.43, 0.185, 0.225, look.skin)
    _draw_features(pen, look)
    _draw_front_hair(pen, look)
    return _webp(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def poster(hue: int, random: Random) -> bytes:
    """Draw a quiet landscape of hills and a lamp-lit sky for an event or a mark."""
    width, height = POSTER
    image = Image.new("RGB", POSTER)
    pen = ImageDraw.Draw(image)
    for line in range(height):
        share = line / height
        pen.line(
            (0, line, width, line),
            fill=_oklch(0.9 - 0.22 * share, 0.05 + 0.05 * share, hue + 40 * share),
        )
    sun = random.uniform(0.2, 0.8)
    for ring in range(4, 0, -1):
        _circle(
            pen,
            sun * width,
            height * 0.38,
            60 + ring * 26,
            _oklch(0.93 - ring * 0.02, 0.06, hue + 20),
        )
    for layer in range(4):
        base, wave = height * (0.5 + layer * 0.12), random.uniform(40, 90)
        points = _hills(random, width, base, wave)
        pen.polygon(
            [(0, height), *points, (width, height)],
            fill=_oklch(0.62 - layer * 0.11, 0.09, hue - layer * 12),
        )
    for _ in range(14):
        x, y = random.uniform(0, width), random.uniform(height * 0.7, height)
        _circle(pen, x, y, random.uniform(3, 8), _oklch(0.92, 0.1, hue + 55))
    return _webp(image.filter(ImageFilter.GaussianBlur(0.6)))


def mark(hue: int) -> bytes:
    """Draw a community's mark: three arcs round a light."""
    side = SIDE * FINE
    image = Image.new("RGB", (side, side), _oklch(0.5, 0.13, hue))
    pen = ImageDraw.Draw(image)
    for ring, light in ((0.42, 0.6), (0.31, 0.72), (0.2, 0.84)):
        _disc(pen, 0.5, 0.58, ring, ring, _oklch(light, 0.1, hue + 25))
    _disc(pen, 0.5, 0.58, 0.1, 0.1, _oklch(0.97, 0.05, hue + 60))
    return _webp(image.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


def _draw_back_hair(pen: ImageDraw.ImageDraw, look: _Look) -> None:
    if look.style == 1:  # long
        _disc(pen, 0.5, 0.43, 0.25, 0.27, look.hair)
        _box(pen, 0.25, 0.43, 0.75, 0.76, look.hair, 0.1)
    elif look.style == 2:  # curls
        for x, y in (
            (0.3, 0.34),
            (0.7, 0.34),
            (0.26, 0.46),
            (0.74, 0.46),
            (0.38, 0.24),
            (0.62, 0.24),
            (0.5, 0.2),
        ):
            _disc(pen, x, y, 0.12, 0.12, look.hair)
    elif look.style == 3:  # bun
        _disc(pen, 0.5, 0.15, 0.09, 0.08, look.hair)
        _disc(pen, 0.5, 0.38, 0.215, 0.225, look.hair)
    elif look.style == 5:  # scarf
        _disc(pen, 0.5, 0.42, 0.25, 0.28, look.hair)
        _box(pen, 0.31, 0.5, 0.69, 0.82, look.hair, 0.12)
    else:  # short
        _disc(pen, 0.5, 0.37, 0.205, 0.215, look.hair)


def _draw_body(pen: ImageDraw.ImageDraw, look: _Look, clothes: Colour) -> None:
    _box(pen, 0.43, 0.58, 0.57, 0.8, look.skin, 0.05)
    _disc(pen, 0.5, 1.06, 0.39, 0.33, clothes)
    if look.style != 5:
        _disc(pen, 0.5, 0.745, 0.09, 0.06, look.skin)


def _draw_features(pen: ImageDraw.ImageDraw, look: _Look) -> None:
    dark = "#2a211d"
    if look.has_beard:
        _disc(pen, 0.5, 0.545, 0.15, 0.115, look.hair)
        _disc(pen, 0.5, 0.5, 0.15, 0.085, look.skin)
    for x in (0.425, 0.575):
        _disc(pen, x, 0.43, 0.016, 0.02, dark)
        _arc(pen, x, 0.395, 0.035, 0.02, 200, 340, dark, 0.008)
    if look.has_glasses:
        for x in (0.425, 0.575):
            _arc(pen, x, 0.43, 0.058, 0.055, 0, 360, dark, 0.009)
        _arc(pen, 0.5, 0.43, 0.018, 0.012, 180, 360, dark, 0.009)
    _arc(pen, 0.5, 0.505, 0.06, 0.045 * look.smile, 20, 160, "#8a3b34", 0.012)


def _draw_front_hair(pen: ImageDraw.ImageDraw, look: _Look) -> None:
    if look.style in {0, 4}:
        _slice(pen, 0.5, 0.36, 0.2, 0.19, 185 if look.style else 180, 360, look.hair)
    elif look.style == 1:
        _slice(pen, 0.5, 0.36, 0.205, 0.185, 180, 300, look.hair)
    elif look.style == 3:
        _slice(pen, 0.5, 0.35, 0.2, 0.165, 180, 360, look.hair)
    elif look.style == 2:
        for x in (0.36, 0.46, 0.56, 0.65):
            _disc(pen, x, 0.25, 0.075, 0.07, look.hair)
    else:
        _slice(pen, 0.5, 0.37, 0.215, 0.2, 180, 360, look.hair)


def _hills(random: Random, width: int, base: float, wave: float) -> list[tuple[float, float]]:
    points, height = [], base
    for x in range(0, width + 61, 60):
        height = base + (height - base) * 0.6 + random.uniform(-wave, wave) * 0.5
        points.append((float(x), height))
    return points


def _disc(
    pen: ImageDraw.ImageDraw, x: float, y: float, rx: float, ry: float, fill: Colour | str
) -> None:
    pen.ellipse(_frame(x, y, rx, ry), fill=fill)


def _arc(
    pen: ImageDraw.ImageDraw, x: float, y: float, rx: float, ry: float, start: int, end: int,
    fill: str, width: float,
) -> None:  # fmt: skip
    pen.arc(_frame(x, y, rx, ry), start, end, fill=fill, width=round(width * SIDE * FINE))


def _slice(
    pen: ImageDraw.ImageDraw, x: float, y: float, rx: float, ry: float, start: int, end: int,
    fill: str,
) -> None:  # fmt: skip
    pen.chord(_frame(x, y, rx, ry), start, end, fill=fill)


def _box(
    pen: ImageDraw.ImageDraw, left: float, top: float, right: float, bottom: float, fill: str,
    radius: float,
) -> None:  # fmt: skip
    side = SIDE * FINE
    pen.rounded_rectangle(
        (left * side, top * side, right * side, bottom * side), radius * side, fill=fill
    )


def _circle(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: Colour) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def _frame(x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
    side = SIDE * FINE
    return (x - rx) * side, (y - ry) * side, (x + rx) * side, (y + ry) * side


def _oklch(lightness: float, chroma: float, hue: float) -> Colour:
    red, green, blue = (round(channel * 255) for channel in in_gamut(lightness, chroma, hue % 360))
    return red, green, blue


def _webp(image: Image.Image) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "WEBP", quality=84, method=2)
    return buffer.getvalue()
