"""The front door in a real browser, and faults that a visitor's eyes must not miss."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.end_to_end.conftest import Site, Visitor

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]

PAGE = """<!doctype html><html lang="en" style="color-scheme: light dark">
<meta name="viewport" content="width=device-width"><title>Arriving</title>
<main><h1>A page</h1>{fault}<p style="block-size: 200px">Words</p></main>
<script type="module">
  const frame = () => new Promise(requestAnimationFrame);
  await frame(), await frame();
  for (const late of document.querySelectorAll("[hidden]")) late.hidden = false;
  await frame(), await frame();
  document.title = "Here";
</script>"""
FAULTS = {
    "moved by": "<div hidden style='padding: 99px'>Late</div>",
    "asks for": "<img alt='' src='http://127.0.0.1:9/picture.svg'>",
    "wider than": "<pre style='width: 360px'>Wide</pre>",
    "color-contrast": "<b style='color: light-dark(#fff, #555); background: #333'>Night</b>",
}
"""What only one of the checks can see, by what this check says."""


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_the_styleguide_has_no_faults(new_visitor: Any, screen: str) -> None:
    new_visitor(screen).open("/styleguide")


def test_no_fault_is_missed(site: Site, new_visitor: Any) -> None:
    arrive(site, new_visitor("phone"), fault="")
    for says, fault in FAULTS.items():
        with pytest.raises(AssertionError, match=says):
            arrive(site, new_visitor("phone"), fault)
    arrive(site, new_visitor("desk"), FAULTS["color-contrast"])  # in the light all can read it


def arrive(site: Site, visitor: Visitor, fault: str) -> None:
    """Open a page with a fault, when all of it is there."""
    page, picture = visitor.page, "<svg xmlns='http://www.w3.org/2000/svg'/>"
    page.route(
        "**/fault",
        lambda it: it.fulfill(body=PAGE.replace("{fault}", fault), content_type="text/html"),
    )
    page.route("**/picture.svg", lambda it: it.fulfill(body=picture, content_type="image/svg+xml"))
    page.goto(f"{site.address}/fault")
    expect(page).to_have_title("Here")
    visitor.check()
