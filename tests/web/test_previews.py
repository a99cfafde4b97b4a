"""Pictures of links: the right size, any script, drawn once."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from app.web import previews
from app.web.previews import DateBlock

LATIN, CYRILLIC = "literata-latin.ttf", "literata-cyrillic.ttf"
LONG = "Вечер настольных игр и знакомство с новыми участниками " * 6


@pytest.mark.parametrize(
    "title", ["Thursday run", "Élodie reads", "周四晚上一起读书", LONG, "x" * 300, "", "🏃 run"]
)
def test_any_title_fits(title: str) -> None:
    png = previews.draw(
        title, "Kanalläufer Berlin", "Kanalläufer Berlin", 217, date_block=DateBlock("Nov", "26")
    )
    picture = Image.open(BytesIO(png))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert len(png) < 90_000


@pytest.fixture
def fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., None]]:
    """A function that lets there be these faces of our own and one from the system, or none."""

    def forget() -> None:
        for kept in (previews._found, previews._face_for, previews._has):
            kept.cache_clear()

    def have(*ours: str, system: str = "") -> None:
        monkeypatch.setattr(previews, "_OUR_FACES", ours)
        monkeypatch.setattr(previews, "_SYSTEM_FOLDERS", (tmp_path,))
        if system:
            shutil.copy(previews._OURS / system, tmp_path / "DejaVuSans-Bold.ttf")
        forget()

    yield have
    monkeypatch.undo()
    forget()


def test_letters_that_no_font_has_leave_no_box_and_no_hole(fonts: Callable[..., None]) -> None:
    fonts(LATIN, CYRILLIC)
    assert not previews.can_write("周四")
    assert previews.draw("周四 Kith", "伦敦街", "伦敦街") == previews.draw("", "", "")
    assert previews.draw("Run 周四", "Kanal", "Kanal") == previews.draw("", "Kanal", "Kanal")
    without_runner = previews.draw("Бег · 5 km", "Kanal", "Kanal")
    assert previews.draw("🏃 Бег · 5 km", "Kanal", "Kanal") == without_runner
    assert previews.draw("Бег", "Kanal", "Kanal") != previews.draw("", "Kanal", "Kanal")


def test_words_that_run_leftward_are_left_out_whole() -> None:
    for words in ("مساء الشعر evening", "ערב שירה", "Run مساء"):
        assert not previews.can_write(words)
        assert previews.draw(words, words, "Kanal") == previews.draw("", "", "Kanal")


def test_the_letter_is_that_of_who_invites_not_of_their_words() -> None:
    drawn = previews.draw("Lantern Street", "A street that eats together", "Lantern Street")
    assert drawn != previews.draw("Lantern Street", "A street that eats together", "A street")


def test_words_are_drawn_anew_when_a_font_has_come(bare: Flask, fonts: Callable[..., None]) -> None:
    with bare.app_context():
        fonts(LATIN)
        words = "Бег", "Kanal", "Kanal"
        without = previews.preview_png(*words)
        assert without == previews.preview_png(*words) == previews.draw("", "Kanal", "Kanal")
        fonts(LATIN, system=CYRILLIC)
        assert previews.preview_png(*words) == previews.draw(*words) != without


def test_a_mark_is_shown() -> None:
    buffer = BytesIO()
    Image.new("RGB", (10, 10), "#00ff00").save(buffer, "PNG")
    with_mark = Image.open(BytesIO(previews.draw("Run", "Kith", "Kith", mark=buffer.getvalue())))
    assert with_mark.convert("RGB").getpixel((114, 534)) == pytest.approx((0, 255, 0), abs=12)


def test_a_picture_is_drawn_once(bare: Flask) -> None:
    with bare.app_context():
        first = previews.preview_png("Run", "Kith", "Kith", 40)
        kept = list((bare.config["KITH"].data / "previews").iterdir())
        kept[0].write_bytes(b"kept")
        assert previews.preview_png("Run", "Kith", "Kith", 40) == b"kept"
        assert previews.preview_png("Run", "Kith", "Kith", 41) != b"kept"
    assert first.startswith(b"\x89PNG")
    assert len(kept) == 1


def test_pictures_of_long_ago_are_dropped(bare: Flask) -> None:
    with bare.app_context():
        for title in ("Old", "Young"):
            previews.preview_png(title, "Kith", "Kith")
        now = datetime.now(UTC)
        old, young = sorted((bare.config["KITH"].data / "previews").iterdir())
        draft = old.with_name(f"{old.name}.abc")
        draft.write_bytes(b"")
        month_ago = (now - timedelta(days=31)).timestamp()
        os.utime(old, (month_ago, month_ago))

        previews.drop(before=now - timedelta(days=30))
        assert sorted(old.parent.iterdir()) == sorted([young, draft])

        previews.drop()
        assert list(old.parent.iterdir()) == [draft]


def test_lines_break_between_words_and_between_chinese_characters() -> None:
    assert previews._pieces("one two") == ["one ", "two"]
    assert previews._pieces("一二") == ["一", "二"]


def test_each_run_has_a_face_of_its_own() -> None:
    runs = previews._runs("Run Бег")
    assert [run for run, _ in runs] == ["Run ", "Бег"]
    assert runs[0][1] != runs[1][1]
