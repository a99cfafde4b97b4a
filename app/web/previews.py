"""The picture a chat shows of a link: 1200 x 630, drawn from words, date and hue."""

import hashlib
import secrets
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from flask import Response, current_app, request
from PIL import Image, ImageDraw, ImageFont, ImageOps

from app.web.hue import DEFAULT_HUE, accents, in_gamut, to_hex

WIDTH, HEIGHT = 1200, 630
MARGIN = 84
TITLE_SIZES = (108, 96, 84, 72, 62, 54, 46)
TITLE_LINES = 4
SUBTITLE_SIZE = 34
LEAF = 190
MARK, LARGE_MARK = 60, 240
A_DAY = 86_400  # seconds
DESIGN = 4  # raised when the drawing changes, so that kept pictures are drawn anew

_OURS = Path(__file__).parent / "fonts"
_OUR_FACES = ("literata-latin.ttf", "literata-cyrillic.ttf")
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


@dataclass(frozen=True, slots=True)
class _Mark:
    """The picture of the community, or else the letter that stands there."""

    picture: bytes | None
    letter: str
    colour: str


def shown_in_chats(picture: bytes) -> Response:
    """Send a preview, which a chat keeps for a day and shows on its own pages."""
    answer = Response(picture, mimetype="image/png")
    answer.headers["Cache-Control"] = f"public, max-age={A_DAY}"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


def preview_png(
    title: str,
    subtitle: str,
    name: str,
    hue: int = DEFAULT_HUE,
    *,
    date_block: DateBlock | None = None,
    mark: bytes | None = None,
) -> bytes:
    """Draw a preview, or take the one kept on disk from an earlier time.

    `mark` is the picture of whoever invites as bytes; without it the first letter of their `name`
    stands there.
    """
    words = [(text, can_write(text)) for text in (title, subtitle, name)]  # a font may come later
    parts = (DESIGN, words, hue, date_block, hashlib.sha256(mark or b"").hexdigest())
    path = _folder() / f"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}.png"
    with suppress(FileNotFoundError):
        return path.read_bytes()
    picture = draw(title, subtitle, name, hue, date_block=date_block, mark=mark)
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    draft.write_bytes(picture)
    draft.replace(path)  # two may draw the same: the later one wins, both are equal
    return picture


def drop(*, before: datetime | None = None) -> None:
    """Remove kept previews, all of them or those drawn before a moment: they can be drawn anew.

    Their names do not tell whose they are. Drafts are being written, so only old ones go.
    """
    for path in _folder().iterdir():
        with suppress(FileNotFoundError):
            is_old = before is not None and path.stat().st_mtime < before.timestamp()
            if is_old or (before is None and path.suffix == ".png"):
                path.unlink()


def draw(
    title: str,
    subtitle: str,
    name: str,
    hue: int = DEFAULT_HUE,
    *,
    date_block: DateBlock | None = None,
    mark: bytes | None = None,
) -> bytes:
    """Draw a preview and return it as PNG.

    Words in letters that cannot be drawn here are left out whole: a chat writes them beside the
    picture anyway, and half of them, or boxes, would say something else.
    """
    title, subtitle, name = _written(title), _written(subtitle), _written(name)
    colours = accents(hue, dark=False)
    image = Image.new("RGB", (WIDTH, HEIGHT), to_hex(in_gamut(0.985, 0.008, 85)))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 22, HEIGHT), fill=colours.accent)
    room = WIDTH - 2 * MARGIN - (LEAF + 56 if date_block else 0)
    if date_block:
        _draw_leaf(pen, date_block, colours.accent)
    stamp = _Mark(mark, name[:1].upper() or "K", colours.accent)
    if title:
        words = _fitted(pen, title, room)
        top = max(70, (HEIGHT - 150 - len(words.lines) * words.step) // 2)
        for place, line in enumerate(words.lines):
            _write(pen, (MARGIN, top + place * words.step), line, words.size, "#2a221c")
    else:
        _draw_mark(image, pen, (MARGIN, 120), LARGE_MARK, stamp)
    _draw_foot(image, pen, subtitle, stamp if title else None)
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
    image: Image.Image, pen: ImageDraw.ImageDraw, subtitle: str, stamp: _Mark | None
) -> None:
    left, top = MARGIN, HEIGHT - 126
    if stamp:
        _draw_mark(image, pen, (left, top), MARK, stamp)
        left += MARK + 24
    line = _shortened(pen, subtitle, SUBTITLE_SIZE, WIDTH - MARGIN - left)
    _write(pen, (left, top + 8), line, SUBTITLE_SIZE, "#675c52")


def _draw_mark(
    image: Image.Image, pen: ImageDraw.ImageDraw, corner: tuple[int, int], side: int, stamp: _Mark
) -> None:
    left, top = corner
    if stamp.picture:
        picture = ImageOps.fit(Image.open(BytesIO(stamp.picture)).convert("RGB"), (side, side))
        image.paste(picture, corner, _rounded(side))
        return
    box = (left, top, left + side, top + side)
    pen.rounded_rectangle(box, _radius(side), fill=stamp.colour)
    size = side * 3 // 5
    inset = (side - _length(pen, stamp.letter, size)) / 2
    _write(pen, (left + inset, top + side // 10), stamp.letter, size, "#fffefd")


def _radius(side: int) -> int:
    return side * 4 // 15


def _rounded(side: int) -> Image.Image:
    mask = Image.new("L", (side, side), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, side - 1, side - 1), _radius(side), fill=255)
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
    """Split a text into runs of one face each, without the signs that no face has."""
    runs: list[tuple[str, str]] = []
    for letter in text:
        face = _face_for(letter)
        if face and runs and runs[-1][1] == face:
            runs[-1] = (runs[-1][0] + letter, face)
        elif face:
            runs.append((letter, face))
    return runs


def can_write(text: str) -> bool:
    """Whether each letter and digit of a text can be drawn here; other signs may be missing.

    Letters that run leftward cannot: run after run, each in its own face, they would stand in the
    wrong order, and without the libraries that join Arabic letters these would stand apart.
    """
    written = [letter for letter in text if unicodedata.category(letter)[0] in "LN"]
    return not any(map(_runs_leftward, written)) and all(map(_face_for, written))


def _written(text: str) -> str:
    """Return what can be written of a text: nothing, or all but signs such as faces."""
    known = "".join(letter for letter in text if _face_for(letter))
    return " ".join(known.split()) if can_write(text) else ""


def _runs_leftward(letter: str) -> bool:
    return unicodedata.bidirectional(letter) in {"R", "AL"}


def _is_wide(letter: str) -> bool:
    return "\u2e80" <= letter <= "\ud7ff" or "\uf900" <= letter <= "\uffef"


@cache
def _face_for(letter: str) -> str | None:
    """Choose the face that has a letter, or None where no font of this machine does."""
    wide, last = _found(_WIDE_FACES), _found(_LAST_FACES)
    ours = tuple(str(_OURS / name) for name in _OUR_FACES)
    is_wide = _is_wide(letter) or ord(letter) > 0x1FFFF
    faces = (wide, last) if is_wide else (*ours, last, wide)
    return next((face for face in faces if face and _has(face, letter)), None)


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
