"""Members' words: formatted, harmless, and not telling strangers who reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import markdown


@pytest.mark.parametrize(
    ("words", "html"),
    [
        ("Hello *you*", "<p>Hello <em>you</em></p>\n"),
        ("one\ntwo", "<p>one<br>\ntwo</p>\n"),
        ("# Big\n## Less\n### Third", "<h3>Big</h3>\n<h3>Less</h3>\n<h3>Third</h3>\n"),
        (
            "[site](https://x.org)",
            '<p><a href="https://x.org" rel="nofollow noopener">site</a></p>\n',
        ),
        ("![run](/files/ab.webp)", '<p><img src="/files/ab.webp" alt="run"></p>\n'),
        (
            "![run](https://spy.example/p.png)",
            '<p><a href="https://spy.example/p.png" rel="nofollow noopener">run</a></p>\n',
        ),
        (
            "![](https://spy.example/p.png)",
            '<p><a href="https://spy.example/p.png" rel="nofollow noopener">https://spy.example/p.png</a></p>\n',
        ),
        ("~~no~~", "<p><s>no</s></p>\n"),
        ("a\0b", "<p>ab</p>\n"),
    ],
)
def test_marks_become_elements(words: str, html: str) -> None:
    assert markdown.render(words) == html


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "<iframe src=https://x.org></iframe>",
        "<style>*{display:none}</style>",
        '[x](https://x.org "a\\" onclick=\\"alert(1)")',
        '![x" onload="alert(1)](/files/a.webp)',
        '![a](/files/../../x" onerror=alert(1))',
        "<a href='java&#10;script:alert(1)'>x</a>",
    ],
)
def test_nothing_in_it_acts(hostile: str) -> None:
    html = markdown.render(hostile)
    assert not any(f"<{tag}" in html for tag in ("script", "iframe", "style"))
    for element in html.split("<")[1:]:
        inside = element.split(">")[0]
        assert " on" not in inside.replace('title="', "").split('"')[0]
        assert "javascript:" not in inside
        assert "data:" not in inside


@given(st.text(max_size=300))
def test_every_text_has_a_rendering(anything: str) -> None:
    text = anything.encode("utf-8", "ignore").decode()
    assert "<script" not in markdown.render(text)
    assert "\n" not in markdown.plain(text)


def test_a_table_and_a_list_are_kept() -> None:
    html = markdown.render("| a |\n|---|\n| 1 |\n\n2. x")
    assert "<td>1</td>" in html
    assert '<ol start="2">' in html


def test_plain_words_have_no_marks() -> None:
    assert (
        markdown.plain("# Run\n\na & b <c> **d**\n- x\n- y\n\n1 < 2") == "Run a & b <c> d x y 1 < 2"
    )


def test_a_text_without_end_is_cut() -> None:
    assert len(markdown.render("x" * 200_000)) < markdown.LONGEST + 100
