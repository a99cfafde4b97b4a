"""Every class a page names has a style: a mistyped one would go unseen."""

import re
from pathlib import Path

import pytest

from app.web.assets import STATIC_FOLDER
from app.web.hue import tints

APP = STATIC_FOLDER.parent / "app"
STYLES = "".join(path.read_text() for path in (STATIC_FOLDER / "css").rglob("*.css")) + tints()
KNOWN = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", STYLES))
# Names that a script or a test looks for, and that look like nothing.
PLAIN = {"htmx-indicator"}
PAGES = sorted(
    path for path in APP.rglob("templates/**/*.html") if "mail" not in path.relative_to(APP).parts
)


def classes(text: str) -> set[str]:
    """Return the whole class names a template writes; those glued from parts are left out."""
    text = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{%.*?%\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"\{\{.*?\}\}", "\0", text, flags=re.DOTALL)
    names = " ".join(re.findall(r'class="([^"]*)"', text)).split()
    return {name for name in names if "\0" not in name}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(APP)))
def test_every_class_has_a_style(path: Path) -> None:
    assert classes(path.read_text()) - KNOWN - PLAIN == set()
