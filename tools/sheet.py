"""One look at one page, and the sheet on which all of them are laid out."""

import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "screens"
SMALL = 260  # pixels in height of a picture on the sheet
MARGIN, SHEET_WIDTH = 14, 3000


@dataclass(frozen=True)
class Look:
    """How one look at the site differs from another."""

    size: str
    scheme: str
    language: str = "en"

    @property
    def words(self) -> str:
        """Say what it is."""
        return f"{self.size} {self.scheme} {self.language}"


@dataclass(frozen=True)
class Shot:
    """One picture: of which page, seen by whom, how."""

    endpoint: str
    visitor: str
    look: Look

    @property
    def file(self) -> str:
        """Return the name of its file."""
        look = self.look
        parts = (self.endpoint, self.visitor, look.size, look.scheme, look.language)
        return re.sub(r"[^\w.-]+", "-", "_".join(parts)) + ".png"


def write_sheet(shots: list[Shot], missed: list[str]) -> None:
    """Lay the pictures out: a page with all of them, and one picture of small ones."""
    rows: dict[tuple[str, str], list[Shot]] = {}
    for shot in shots:
        rows.setdefault((shot.endpoint, shot.visitor), []).append(shot)
    parts = [
        f"<h2>{escape(endpoint)} <small>{escape(visitor)}</small></h2><p>"
        + "".join(
            f'<a href="{escape(shot.file)}"><img src="{escape(shot.file)}" loading="lazy" '
            f'alt="{escape(shot.look.words)}"></a>'
            for shot in row
        )
        + "</p>"
        for (endpoint, visitor), row in sorted(rows.items())
    ]
    style = "img{height:320px;margin:4px;border:1px solid #ccc}body{font:15px system-ui;margin:2em}"
    (TARGET / "index.html").write_text(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Screens</title><style>{style}"
        f"</style><h1>{len(shots)} screens</h1>{''.join(parts)}"
        f"<p>Not reached: {escape(', '.join(missed) or 'none')}</p>"
    )
    draw_sheet([row for _, row in sorted(rows.items())])


def draw_sheet(rows: list[list[Shot]]) -> None:
    """Draw one picture: each page's looks side by side, as many pages to a line as fit."""
    groups = [
        (f"{row[0].endpoint} - {row[0].visitor}", [small(shot) for shot in row]) for row in rows
    ]
    places, left, top = [], MARGIN, MARGIN
    for title, pictures in groups:
        width = sum(picture.width + 6 for picture in pictures) + MARGIN
        if left + width > SHEET_WIDTH and left > MARGIN:
            left, top = MARGIN, top + SMALL + 30
        places.append((left, top, title, pictures))
        left += width
    sheet = Image.new("RGB", (SHEET_WIDTH, top + SMALL + 30), "white")
    pen = ImageDraw.Draw(sheet)
    for left, top, title, pictures in places:
        pen.text((left, top), title, fill="black")
        offset = left
        for picture in pictures:
            sheet.paste(picture, (offset, top + 16))
            offset += picture.width + 6
    sheet.save(TARGET / "sheet.png", optimize=True)


def small(shot: Shot) -> Image.Image:
    """Return the first screenful or two of a picture, small."""
    tall = 2 if shot.look.size == "phone" else 0.75
    with Image.open(TARGET / shot.file) as picture:
        height = min(picture.height, int(picture.width * tall))
        first = picture.convert("RGB").crop((0, 0, picture.width, height))
    first.thumbnail((SMALL * 2, SMALL))
    return first
