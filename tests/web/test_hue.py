"""Every hue can be read, in both themes."""

import re

import pytest

from app.web import hue
from app.web.assets import STATIC_FOLDER

READABLE = 4.5
TOKENS = (STATIC_FOLDER / "css" / "tokens.css").read_text()


def token(name: str, *, dark: bool) -> str:
    """Read a colour from the stylesheet itself."""
    found = re.search(rf"--{name}: light-dark\(oklch\(([^)]*)\), oklch\(([^)]*)\)\)", TOKENS)
    assert found, name
    lightness, chroma, angle = map(float, found.group(2 if dark else 1).split())
    return hue.to_hex(hue.in_gamut(lightness, chroma, angle))


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("degrees", range(360))
def test_accents_of_a_hue_reach_aa(degrees: int, dark: bool) -> None:  # noqa: FBT001
    colours = hue.accents(degrees, dark=dark)
    pairs = [(colours.on_accent, colours.accent), (colours.accent_strong, colours.soft)]
    pairs += [(colours.on_accent, colours.accent_strong), (token("ink", dark=dark), colours.soft)]
    grounds = [token(name, dark=dark) for name in ("paper", "surface", "sunk")]
    pairs += [(colours.accent, ground) for ground in grounds]
    assert min(hue.contrast(*pair) for pair in pairs) >= READABLE


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("ink", ["ink", "ink-quiet", "good", "warn", "bad"])
@pytest.mark.parametrize("ground", ["paper", "surface", "sunk"])
def test_inks_reach_aa(ink: str, ground: str, dark: bool) -> None:  # noqa: FBT001
    assert hue.contrast(token(ink, dark=dark), token(ground, dark=dark)) >= READABLE


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("kind", ["good", "warn", "bad"])
def test_news_reach_aa_on_their_own_ground(kind: str, dark: bool) -> None:  # noqa: FBT001
    ground = token(f"{kind}-soft", dark=dark)
    assert hue.contrast(token(kind, dark=dark), ground) >= READABLE
    assert hue.contrast(token("ink", dark=dark), ground) >= READABLE


@pytest.mark.parametrize("dark", [False, True])
def test_edges_of_fields_can_be_seen(dark: bool) -> None:  # noqa: FBT001
    assert hue.contrast(token("line-strong", dark=dark), token("surface", dark=dark)) >= 3


def test_contrast_of_black_on_white() -> None:
    assert hue.contrast("#000000", "#ffffff") == pytest.approx(21)


def test_a_colour_outside_srgb_is_brought_in_by_less_chroma() -> None:
    wild = hue.oklch_to_rgb(0.5, 0.3, 150)
    assert min(wild) < 0
    tamed = hue.in_gamut(0.5, 0.3, 150)
    assert min(tamed) >= 0
    assert max(tamed) <= 1


def test_the_sheet_of_a_hue_gives_both_themes() -> None:
    sheet = hue.stylesheet(217)
    assert sheet.count("light-dark(#") == 5
    assert hue.accents(217, dark=False).accent in sheet
    assert hue.accents(217, dark=True).accent in sheet


@pytest.mark.parametrize(("degrees", "name"), [(0, "tint-0"), (359, "tint-0"), (38, "tint-45")])
def test_a_tint_is_the_nearest_step(degrees: int, name: str) -> None:
    assert hue.tint(degrees) == name
    assert f".{name}{{" in hue.tints()
