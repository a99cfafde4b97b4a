"""One hue, chosen by a community, becomes accents that can be read in both themes.

Lightness is fixed per role; chroma is lowered where sRGB cannot hold the colour, so every one of
the 360 hues keeps the contrast. Source of the conversion: Björn Ottosson's Oklab, 2020.
"""

from dataclasses import dataclass
from math import cos, radians, sin

DEFAULT_HUE = 38
TINT_STEP = 15

Rgb = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Accents:
    """The colours of one theme that follow the hue, as #rrggbb."""

    accent: str
    accent_strong: str
    on_accent: str
    soft: str
    edge: str


@dataclass(frozen=True, slots=True)
class _Theme:
    accent: tuple[float, float]
    strong: tuple[float, float]
    on_accent: tuple[float, float]
    soft: tuple[float, float]
    edge: tuple[float, float]


_LIGHT = _Theme((0.51, 0.15), (0.43, 0.12), (0.99, 0.006), (0.945, 0.032), (0.84, 0.065))
_DARK = _Theme((0.79, 0.11), (0.86, 0.09), (0.2, 0.03), (0.29, 0.04), (0.42, 0.06))


def accents(hue: int, *, dark: bool) -> Accents:
    """Derive the accents of a hue (degrees, wraps at 360) for one theme."""
    theme = _DARK if dark else _LIGHT
    return Accents(
        *(
            to_hex(in_gamut(*role, hue))
            for role in (theme.accent, theme.strong, theme.on_accent, theme.soft, theme.edge)
        )
    )


def stylesheet(hue: int) -> str:
    """Write the stylesheet that gives a page its hue; a strict CSP forbids a style attribute."""
    return f":root{{{_declarations(hue)}}}\n"


def tints() -> str:
    """Write one class per step of hue, for avatars and cards that carry their own hue."""
    return "".join(f".tint-{hue}{{{_declarations(hue)}}}\n" for hue in range(0, 360, TINT_STEP))


def tint(hue: int) -> str:
    """Name the class of `tints` nearest to a hue."""
    return f"tint-{round(hue % 360 / TINT_STEP) * TINT_STEP % 360}"


def _declarations(hue: int) -> str:
    light, dark = accents(hue, dark=False), accents(hue, dark=True)
    pairs = (
        ("--accent", light.accent, dark.accent),
        ("--accent-strong", light.accent_strong, dark.accent_strong),
        ("--on-accent", light.on_accent, dark.on_accent),
        ("--accent-soft", light.soft, dark.soft),
        ("--accent-edge", light.edge, dark.edge),
    )
    return ";".join(f"{name}:light-dark({day},{night})" for name, day, night in pairs)


def in_gamut(lightness: float, chroma: float, hue: float) -> Rgb:
    """Convert OKLCH to sRGB (0..1), lowering chroma until the colour exists."""
    low, high = 0.0, chroma
    if _fits(oklch_to_rgb(lightness, chroma, hue)):
        low = chroma
    for _ in range(0 if low else 18):
        middle = (low + high) / 2
        if _fits(oklch_to_rgb(lightness, middle, hue)):
            low = middle
        else:
            high = middle
    red, green, blue = oklch_to_rgb(lightness, low, hue)
    return _clip(red), _clip(green), _clip(blue)


def oklch_to_rgb(lightness: float, chroma: float, hue: float) -> Rgb:
    """Convert OKLCH (0..1, chroma, degrees) to sRGB, possibly outside 0..1."""
    a, b = chroma * cos(radians(hue)), chroma * sin(radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _encode(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _encode(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _encode(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def contrast(one: str, other: str) -> float:
    """Return the WCAG contrast ratio (1..21) of two #rrggbb colours."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def to_hex(rgb: Rgb) -> str:
    """Write sRGB as #rrggbb."""
    return "#" + "".join(f"{round(_clip(channel) * 255):02x}" for channel in rgb)


def _luminance(colour: str) -> float:
    red, green, blue = (_decode(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _encode(linear: float) -> float:
    if linear <= 0.0031308:
        return 12.92 * linear
    return float(1.055 * linear ** (1 / 2.4) - 0.055)


def _decode(channel: float) -> float:
    if channel <= 0.04045:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def _fits(rgb: Rgb) -> bool:
    slack = 1e-4
    return all(-slack <= channel <= 1 + slack for channel in rgb)


def _clip(channel: float) -> float:
    return min(1.0, max(0.0, channel))
