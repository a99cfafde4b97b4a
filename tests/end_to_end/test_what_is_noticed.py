"""What goes wrong before a visitor's eyes turns the journey red, whenever and wherever it does."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.end_to_end.conftest import AT_A_DESK, WITHOUT_SCRIPTS, Setting, Visitor

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]

PAGE = """<!doctype html><html lang="en"><title>A page</title>
<meta name="viewport" content="width=device-width"><main><h1>A page</h1>{fault}</main>"""


def break_late(visitor: Visitor) -> None:
    visitor.page.evaluate("() => { setTimeout(() => { throw new Error('broken late'); }); }")
    visitor.page.wait_for_timeout(50)


def ask_for_nothing(visitor: Visitor) -> None:
    visitor.page.evaluate("async () => { await fetch('/nowhere'); }")


def go_unseen(visitor: Visitor) -> None:
    visitor.page.goto(f"{visitor.site.address}/sign-in")


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (break_late, "broken late"),
        (ask_for_nothing, "404: "),
        (go_unseen, "nobody looked at .*/sign-in"),
    ],
)
def test_what_comes_after_the_last_look_is_told(
    new_visitor: Any, act: Callable[[Visitor], None], says: str
) -> None:
    visitor: Visitor = new_visitor(AT_A_DESK).open("/sign-up")
    act(visitor)
    with pytest.raises(AssertionError, match=says):
        visitor.leave()
    visitor.check().leave()  # told once, and the page it ended on is seen now


def test_only_the_refusal_that_was_said_is_none_of_its_faults(new_visitor: Any) -> None:
    visitor: Visitor = new_visitor(AT_A_DESK)
    visitor.open("/nowhere", refused=404).leave()
    with pytest.raises(AssertionError, match="404: "):
        visitor.open("/not/here")
    with pytest.raises(AssertionError, match="404: "):
        visitor.open("/nowhere/else", refused=422)
    with pytest.raises(AssertionError, match="was not refused"):
        visitor.open("/sign-up", refused=422)


@pytest.mark.parametrize(
    ("setting", "fault", "says"),
    [
        (AT_A_DESK, "<img src='data:,'>", "image-alt"),
        (AT_A_DESK, "<pre style='width: 3000px'>Wide</pre>", "wider than the screen"),
        (WITHOUT_SCRIPTS, "<pre style='width: 3000px'>Wide</pre>", "wider than the screen"),
    ],
    ids=str,
)
def test_a_page_is_read_by_axe_and_measured(
    new_visitor: Any, setting: Setting, fault: str, says: str
) -> None:
    visitor: Visitor = new_visitor(setting)
    body = PAGE.replace("{fault}", fault)
    visitor.page.route("**/fault", lambda it: it.fulfill(body=body, content_type="text/html"))
    with pytest.raises(AssertionError, match=says):
        visitor.open("/fault")
