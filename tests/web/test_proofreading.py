"""The reader of pages itself: a page of a known shape is not read again, a faulty one always is."""

import pytest
from html5lib.html5parser import ParseError

from tests.pages import proofread, shape_of

HEADERS = {"Content-Security-Policy": "default-src 'none'"}
PAGE = (
    '<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body><h1>{title}</h1>'
    '<form method="post" action="/a"><label for="{label}">Name</label>'
    '<input id="name" name="name" value="{value}"></form>{more}</body></html>'
)
GOOD = {"title": "Hello", "label": "name", "value": "Ada", "more": "<p>Words</p>"}


def page(**values: str) -> str:
    return PAGE.format(**(GOOD | values))


@pytest.fixture(autouse=True)
def _good_page_was_read() -> None:
    proofread(page(), HEADERS)


def test_other_words_make_no_other_shape() -> None:
    assert shape_of(page(value="Ada &amp; Bo", title="Q&#39;s &lt;b&gt;")) == shape_of(page())
    assert shape_of(page(title="社区", value="Bo", more="<p>Other</p>")) == shape_of(page())


@pytest.mark.parametrize(
    "values",
    [
        {"title": ""},
        {"title": " "},
        {"label": "other"},
        {"more": '<p id="name">Words</p>'},
        {"more": "<h1>Words</h1>"},
        {"more": '<img src="/a">'},
        {"more": '<p style="color: red">Words</p>'},
        {"more": "<script>alert(1)</script>"},
    ],
)
def test_a_fault_is_found_after_a_good_page(values: dict[str, str]) -> None:
    with pytest.raises((AssertionError, ParseError)):
        proofread(page(**values), HEADERS)


@pytest.mark.parametrize(
    "values",
    [
        {"more": "<p>R&nosuch; D</p>"},
        {"more": "<p>Words\x01</p>"},
        {"more": "<p>Words</b></p>"},
        {"value": 'Ada" "'},
        {"value": "&nosuch;"},
    ],
)
def test_what_breaks_the_parser_is_found_in_words_too(values: dict[str, str]) -> None:
    with pytest.raises(ParseError):
        proofread(page(**values), HEADERS)


def test_the_policy_is_asked_for_each_time() -> None:
    with pytest.raises(AssertionError):
        proofread(page(), {})
