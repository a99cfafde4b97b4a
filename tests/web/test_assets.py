"""Static files: what is sent, how long it is kept, how small it is."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from app.web.assets import STATIC_FOLDER, Assets, shrink_css

ROOT = STATIC_FOLDER.parent
FONT_BUDGET = 30_000
STYLE_BUDGET = 14_000


@pytest.fixture(scope="module")
def assets() -> Assets:
    return Assets()


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_the_manifest_holds_the_hash_of_every_file(folder: str) -> None:
    manifest = json.loads((ROOT / folder / "manifest.json").read_text())
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (ROOT / folder).iterdir()
        if path.name != "manifest.json"
    }
    assert {name: entry["sha256"] for name, entry in manifest.items()} == found


@pytest.mark.parametrize("parts", [["basic"], ["basic", "accents"], ["basic", "cyrillic"]])
def test_the_letters_of_any_language_are_small(assets: Assets, parts: list[str]) -> None:
    files = [assets.get(f"vendor/literata-{part}.woff2") for part in parts]
    assert sum(len(file.body) for file in files if file) <= FONT_BUDGET
    assert all(files)


def test_the_first_stylesheet_is_small(assets: Assets) -> None:
    core = assets.get("css/core.css")
    assert core is not None
    assert core.gzipped is not None
    assert len(core.gzipped) <= STYLE_BUDGET
    assert gzip.decompress(core.gzipped) == core.body
    assert core.body.startswith(b"@layer reset,tokens,base,components,features,utilities;")


def test_a_changed_file_changes_every_address(tmp_path: Path) -> None:
    (tmp_path / "css").mkdir()
    sheet = tmp_path / "css" / "a.css"
    sheet.write_text("a { color: red }")
    files = Assets(tmp_path)
    before = files.version
    files.refresh()
    assert files.version == before
    sheet.write_text("a { color: blue; }")
    files.refresh()
    assert files.version != before


def test_shrinking_keeps_the_meaning() -> None:
    text = "/* why */\na > b :hover {\n  margin: calc(1px + 2px);\n  color: red;\n}\n"
    assert shrink_css(text) == "a > b :hover{margin: calc(1px + 2px);color: red}"


def test_an_unknown_icon_is_an_error(assets: Assets) -> None:
    assert assets.icon("calendar").startswith("<svg")
    with pytest.raises(LookupError, match="no icon named unicorn"):
        assets.icon("unicorn")


@pytest.mark.parametrize("path", sorted((STATIC_FOLDER / "css").rglob("*.css")), ids=str)
def test_stylesheets_keep_the_habits_of_the_house(path: Path) -> None:
    text = path.read_text()
    assert "@layer" in text
    assert "!important" not in text
    assert len(text.splitlines()) <= 250
