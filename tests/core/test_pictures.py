"""Pictures: what people send, and what is left of it."""

import struct
import subprocess
import sys
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from app.core import pictures
from app.core.pictures import Picture, PictureRefused, accept

ROOT = Path(__file__).resolve().parents[2]


def drawn(size: tuple[int, int] = (64, 48), mode: str = "RGB", **values: object) -> BytesIO:
    """Draw a picture with its left half red and its right half blue."""
    image = Image.new(mode, size, values.pop("ground", "blue"))  # type: ignore[arg-type]
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    file = BytesIO()
    image.save(file, **{"format": "PNG", **values})  # type: ignore[arg-type]
    file.seek(0)
    return file


def seen(picture: Picture) -> Image.Image:
    return Image.open(BytesIO(picture.content)).convert("RGBA")


def is_red(image: Image.Image, x: int, y: int) -> bool:
    red, _, blue, _ = image.getpixel((x, y))  # type: ignore[misc]
    return red > 200 and blue < 60


def hollow_png(width: int, height: int) -> BytesIO:
    """Make a PNG whose header claims a size its few bytes unpack to."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content))
            + name
            + content
            + struct.pack(">I", zlib.crc32(name + content))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * min(width * height, 10_000_000), 9)
    return BytesIO(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_usual_format_becomes_ours(kind: str) -> None:
    picture = accept(drawn(format=kind))
    assert (picture.content_type, picture.width, picture.height) == ("image/webp", 64, 48)
    assert is_red(seen(picture), 8, 8)
    assert not is_red(seen(picture), 56, 8)


def test_a_large_picture_is_made_small_and_a_small_one_stays() -> None:
    assert (accept(drawn((3000, 1500), format="JPEG")).width, accept(drawn((300, 150))).width) == (
        1600,
        300,
    )
    assert accept(drawn((300, 600)), largest=100).height == 100


def test_a_square_is_cut_from_the_middle() -> None:
    picture = accept(drawn((400, 100)), square=64)
    assert (picture.width, picture.height) == (64, 64)
    assert is_red(seen(picture), 20, 32)
    assert not is_red(seen(picture), 44, 32)


@pytest.mark.parametrize(
    ("orientation", "size", "red_at"),
    [
        (1, (64, 48), (8, 24)),
        (3, (64, 48), (56, 24)),
        (6, (48, 64), (24, 8)),
        (8, (48, 64), (24, 56)),
    ],
)
def test_a_turned_photograph_stands_upright_and_forgets_where_it_was_taken(
    orientation: int, size: tuple[int, int], red_at: tuple[int, int]
) -> None:
    exif = Image.Exif()
    exif[pictures.ORIENTATION] = orientation
    exif[0x010E] = "my secret garden"
    picture = accept(drawn(format="JPEG", exif=exif, quality=95))
    assert (picture.width, picture.height) == size
    assert is_red(seen(picture), *red_at)
    assert b"secret" not in picture.content
    assert b"EXIF" not in picture.content
    assert len(Image.open(BytesIO(picture.content)).getexif()) == 0


def test_broken_exif_turns_nothing() -> None:
    assert accept(drawn(exif=b"nonsense")).width == 64


def test_transparency_stays() -> None:
    picture = accept(drawn(mode="RGBA", ground=(0, 0, 0, 0)))
    assert seen(picture).getpixel((56, 8))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize("mode", ["L", "LA", "P", "CMYK", "1", "I;16"])
def test_every_mode_of_colour_is_taken(mode: str) -> None:
    file = BytesIO()
    Image.new(mode, (32, 32)).save(file, "JPEG" if mode == "CMYK" else "PNG")
    file.seek(0)
    assert accept(file).width == 32


def test_a_few_colours_are_kept_without_loss() -> None:
    assert seen(accept(drawn())).getpixel((8, 8)) == (255, 0, 0, 255)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "not a picture we can read"),
        (b"hello", "not a picture we can read"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "not a picture"),
        (b"GIF89a<script>alert(1)</script>", "damaged|not a picture|too small|more pixels"),
        (b"%PDF-1.7", "not a picture we can read"),
        (b"BM" + b"\0" * 60, "not a picture we can read"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "not a picture we can read"),
    ],
)
def test_what_is_no_picture_is_refused_in_a_sentence(raw: bytes, says: str) -> None:
    with pytest.raises(PictureRefused, match=says):
        accept(BytesIO(raw))


def test_a_picture_cut_off_is_refused() -> None:
    raw = drawn((600, 600), format="JPEG").getvalue()
    with pytest.raises(PictureRefused, match="damaged"):
        accept(BytesIO(raw[: len(raw) // 2]))


@pytest.mark.parametrize(
    "size", [(30_000, 30_000), (100_000, 100_000), (9_000, 9_000), (5_000, 5_000)]
)
def test_a_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    with pytest.raises(PictureRefused, match="more pixels"):
        accept(hollow_png(*size))


def test_a_progressive_jpeg_may_be_less_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MOST_PROGRESSIVE", 1000)
    with pytest.raises(PictureRefused, match="more pixels"):
        accept(drawn(format="JPEG", progressive=True))


def test_a_tiny_picture_and_a_heavy_file_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PictureRefused, match="too small") as tiny:
        accept(drawn((15, 200)))
    assert tiny.value.values == {"least": 16}
    monkeypatch.setattr(pictures, "MOST_BYTES", 100)
    with pytest.raises(PictureRefused, match="larger than"):
        accept(drawn())


def test_a_file_that_is_two_things_at_once_becomes_one() -> None:
    raw = drawn().getvalue() + b"<script>alert(document.cookie)</script>PK\x03\x04zip"
    picture = accept(BytesIO(raw))
    assert b"script" not in picture.content
    assert b"PK\x03\x04" not in picture.content


@pytest.mark.parametrize(
    ("kind", "mode", "values"),
    [
        ("JPEG", "RGB", {"progressive": True}),
        ("PNG", "RGBA", {}),
        ("WEBP", "RGBA", {}),
    ],
)
def test_the_largest_picture_taken_costs_no_more_than_160_megabytes(
    tmp_path: Path, kind: str, mode: str, values: dict[str, bool]
) -> None:
    most = pictures.MOST_PROGRESSIVE if values else pictures.MOST_PIXELS[kind]
    side = int(most**0.5)
    Image.new(mode, (side, side)).save(tmp_path / "picture", kind, **values)
    done = subprocess.run(
        [sys.executable, "-c", ACCEPT, tmp_path / "picture"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) <= 160, done.stdout


ACCEPT = """
import sys
from pathlib import Path
from app.core.pictures import accept

def peak():
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1024

before = peak()
with open(sys.argv[1], "rb") as file:
    accept(file)
print(peak() - before)
"""
