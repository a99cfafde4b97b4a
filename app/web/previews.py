"""The picture a chat shows of a link: 1200 x 630, drawn from words, date and hue."""

import hashlib
import secrets
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from flask import current_app
from PIL import Image, ImageDraw, ImageFont, ImageOps

from app.web.hue import DEFAULT_HUE, accents, in_gamut, to_hex

WIDTH, HEIGHT = 1200, 630
MARGIN = 84
TITLE_SIZES = (108, 96, 84, 72, 62, 54, 46)
TITLE_LINES = 4
SUBTITLE_SIZE = 34
LEAF = 190
DESIGN = 2  # raised when the drawing changes, so that kept pictures are drawn anew

_OURS = Path(__file__).parent / "fonts"
_SYSTEM_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path("/Library/Fonts"))
# Faces that hold Chinese, Japanese and Korean, the better ones first.
_WIDE_FACES = (
    "NotoSerifCJK-Bold.ttc",
    "NotoSansCJK-Bold.ttc",
    "NotoSansCJK-Regular.ttc",
    "SourceHanSansSC-Bold.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
)
_LAST_FACES = ("DejaVuSans-Bold.ttf", "LiberationSans-Bold.ttf")


@dataclass(frozen=True, slots=True)
class DateBlock:
    """The words of a leaf of a calendar, already in the reader's language."""

    month: str
    day: str


@dataclass(frozen=True, slots=True)
class _Words:
    lines: list[str]
    size: int

    @property
    def step(self) -> int:
        return round(self.size * 1.2)


def preview_png(
    title: str,
    subtitle: str,
    hue: int = DEFAULT_HUE,
    date_block: DateBlock | None = None,
    mark: bytes | None = None,
) -> bytes:
    """Draw a preview, or take the one kept on disk from an earlier time.

    `mark` is the picture of the community as bytes; without it the first letter stands there.
    """
    parts = (DESIGN, title, subtitle, hue, date_block, hashlib.sha256(mark or b"").hexdigest())
    path = _folder() / f"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}.png"
    if path.exists():
        return path.read_bytes()
    picture = draw(title, subtitle, hue, date_block, mark)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.write_bytes(picture)
    draft.replace(path)  # two may draw the same: the later one wins, both are equal
    return picture


def draw(
    title: str,
    subtitle: str,
    hue: int = DEFAULT_HUE,
    date_block: DateBlock | None = None,
    mark: bytes | None = None,
) -> bytes:
    """Draw a preview and return it as PNG."""
    colours = accents(hue, dark=False)
    image = Image.new("RGB", (WIDTH, HEIGHT), to_hex(in_gamut(0.985, 0.008, 85)))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 22, HEIGHT), fill=colours.accent)
    room = WIDTH - 2 * MARGIN - (LEAF + 56 if date_block else 0)
    if date_block:
        _draw_leaf(pen, date_block, colours.accent)
    words = _fitted(pen, title, room)
    top = max(70, (HEIGHT - 150 - len(words.lines) * words.step) // 2)
    for place, line in enumerate(words.lines):
        _write(pen, (MARGIN, top + place * words.step), line, words.size, "#2a221c")
    _draw_foot(image, pen, subtitle, mark, colours.accent)
    buffer = BytesIO()
    image.quantize(128).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _folder() -> Path:
    folder: Path = current_app.config["KITH"].data / "previews"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _draw_leaf(pen: ImageDraw.ImageDraw, leaf: DateBlock, accent: str) -> None:
    left, top = WIDTH - MARGIN - LEAF, 84
    box = (left, top, left + LEAF, top + LEAF + 16)
    pen.rounded_rectangle(box, 26, fill="#fffefd", outline="#e4ddd1", width=2)
    pen.rounded_rectangle(
        (left, top, left + LEAF, top + 62), 26, fill=accent, corners=(True, True, False, False)
    )
    _write_centred(pen, (left, top + 11), leaf.month, 32, "#fffefd")
    _write_centred(pen, (left, top + 76), leaf.day, 96, "#2a221c")


def _write_centred(
    pen: ImageDraw.ImageDraw, corner: tuple[int, int], text: str, size: int, colour: str
) -> None:
    left, top = corner
    _write(pen, (left + (LEAF - _length(pen, text, size)) / 2, top), text, size, colour)


def _draw_foot(
    image: Image.Image, pen: ImageDraw.ImageDraw, subtitle: str, mark: bytes | None, accent: str
) -> None:
    top, side = HEIGHT - 126, 60
    if mark:
        picture = ImageOps.fit(Image.open(BytesIO(mark)).convert("RGB"), (side, side))
        image.paste(picture, (MARGIN, top), _rounded(side))
    else:
        pen.rounded_rectangle((MARGIN, top, MARGIN + side, top + side), 16, fill=accent)
        letter = subtitle.strip()[:1].upper() or "K"
        inset = (side - _length(pen, letter, 36)) / 2
        _write(pen, (MARGIN + inset, top + 6), letter, 36, "#fffefd")
    line = _shortened(pen, subtitle, SUBTITLE_SIZE, WIDTH - 2 * MARGIN - side - 24)
    _write(pen, (MARGIN + side + 24, top + 8), line, SUBTITLE_SIZE, "#675c52")


def _rounded(side: int) -> Image.Image:
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), 16, fill=255)
    return mask


def _fitted(pen: ImageDraw.ImageDraw, title: str, room: int) -> _Words:
    """Break a title into lines at the largest size that fits."""
    for size in TITLE_SIZES:
        lines = _broken(pen, title, size, room)
        if len(lines) * size * 1.2 <= 340 and len(lines) <= TITLE_LINES:
            return _Words(lines, size)
    kept = [*lines[: TITLE_LINES - 1], " ".join(lines[TITLE_LINES - 1 :])]
    return _Words([_shortened(pen, line, size, room) for line in kept], size)


def _broken(pen: ImageDraw.ImageDraw, text: str, size: int, room: int) -> list[str]:
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and _length(pen, (lines[-1] + piece).rstrip(), size) > room:
            lines[-1] = lines[-1].rstrip()
            lines.append("")
        lines[-1] += piece if lines[-1] else piece.lstrip()
    return lines


def _pieces(text: str) -> list[str]:
    """Split where a line may break: after a space, and around each Chinese character."""
    pieces = [""]
    for letter in text:
        pieces[-1] += letter
        if letter.isspace() or _is_wide(letter) or len(pieces[-1]) > 28:
            pieces.append("")
    return [piece for piece in pieces if piece]


def _shortened(pen: ImageDraw.ImageDraw, text: str, size: int, room: int) -> str:
    if _length(pen, text, size) <= room:
        return text
    while text and _length(pen, text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _write(
    pen: ImageDraw.ImageDraw, corner: tuple[float, float], text: str, size: int, colour: str
) -> None:
    left, top = corner
    baseline = top + size
    for run, face in _runs(text):
        font = _font(face, size)
        pen.text((left, baseline), run, fill=colour, font=font, anchor="ls")
        left += font.getlength(run)


def _length(_: ImageDraw.ImageDraw, text: str, size: int) -> float:
    return sum(_font(face, size).getlength(run) for run, face in _runs(text))


def _runs(text: str) -> list[tuple[str, str]]:
    """Split a text into runs of one face each."""
    runs: list[tuple[str, str]] = []
    for letter in text:
        face = _face_for(letter)
        if runs and runs[-1][1] == face:
            runs[-1] = (runs[-1][0] + letter, runs[-1][1])
        else:
            runs.append((letter, face))
    return runs


def _is_wide(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ud7ff" or "\uf900" <= letter <= "\uffef"


@cache
def _face_for(letter: str) -> str:
    """Choose the face that has a letter; the last one draws a box for what nobody has."""
    if _is_wide(letter) or ord(letter) > 0x1FFFF:
        return _wide_face()
    for name in ("literata-latin.ttf", "literata-cyrillic.ttf"):
        if _has(str(_OURS / name), letter):
            return str(_OURS / name)
    return _found(_LAST_FACES) or _wide_face()


@cache
def _wide_face() -> str:
    return _found(_WIDE_FACES) or str(_OURS / "literata-latin.ttf")


@cache
def _found(names: tuple[str, ...]) -> str | None:
    files = {
        path.name: str(path)
        for folder in _SYSTEM_FOLDERS
        if folder.is_dir()
        for path in folder.rglob("*.[to]t[fc]")
    }
    return next((files[name] for name in names if name in files), None)


@cache
def _has(face: str, letter: str) -> bool:
    """Tell whether a face draws a letter as something else than its box for the unknown."""
    font = _font(face, 40)
    return bytes(font.getmask(letter)) != bytes(font.getmask("\U0010fffd")) or letter.isspace()


@cache
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(face, size)
