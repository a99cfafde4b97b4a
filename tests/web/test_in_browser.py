"""The styleguide in a real browser: read by axe, walked by keyboard, on a phone and at a desk."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from app.web import shell
from tests.chromium import chromium
from tests.web.conftest import make

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
SIZES = {"phone": (360, 740), "desk": (1440, 900), "zoomed": (720, 450)}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The web floor alone, served to this machine."""
    app = make(tmp_path_factory.mktemp("web"))
    server = make_server("localhost", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser window; an error in its console fails the test."""
    context = browser.new_context()
    context.add_init_script(path=AXE)
    page = context.new_page()
    troubles: list[str] = []

    def note(said: ConsoleMessage) -> None:
        is_a_refusal = "status of 422" in said.text
        if said.type == "error" and not is_a_refusal:
            troubles.append(said.text)

    page.on("console", note)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    context.close()
    assert troubles == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(page: Page, address: str, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{address}/styleguide")
    found = page.evaluate("async () => (await window.axe.run()).violations")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_the_keyboard_reaches_the_content_first(page: Page, address: str) -> None:
    page.goto(f"{address}/styleguide")
    skip = page.get_by_role("link", name="Skip to the content")
    skip.focus()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    focused = page.evaluate("document.activeElement.closest('main') !== null")
    assert focused


def test_a_dialog_opens_and_closes_without_a_script(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(f"{address}/styleguide")
    page.get_by_role("button", name="Open a dialog").first.click()
    dialog = page.get_by_role("dialog").first
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    page.close()


def test_a_menu_closes_by_escape(page: Page, address: str) -> None:
    page.goto(f"{address}/styleguide")
    menu = page.locator("details.menu").first
    menu.locator("summary").click()
    expect(menu.get_by_role("link", name="Edit")).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu.get_by_role("link", name="Edit")).to_be_hidden()


NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
NO_OLD_WAY = "document.execCommand = () => false;"


@pytest.mark.parametrize("lacking", ["", NO_CLIPBOARD, NO_CLIPBOARD + NO_OLD_WAY])
def test_a_link_says_whether_it_was_copied(page: Page, address: str, lacking: str) -> None:
    page.add_init_script(lacking)
    page.goto(f"{address}/styleguide")
    link, button = page.locator(".copy-link input").first, page.locator("[data-copies]").first
    value = f"https://kith.example.org/{len(lacking)}"
    link.evaluate("(field, value) => { field.value = value }", value)
    button.click()
    is_copied = NO_OLD_WAY not in lacking
    expect(button).to_have_text("Copied" if is_copied else "Copy it by hand")
    assert page.evaluate("getSelection().toString()") == value
    other = page.locator("main input[type=text]:not([readonly])").first
    other.fill("")
    other.press("Control+V")
    assert (other.input_value() == value) is is_copied


def test_a_theme_is_chosen_and_kept(page: Page, address: str) -> None:
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/styleguide")
    page.get_by_role("link", name="Dark", exact=True).click()
    expect(page).to_have_url(f"{address}/styleguide")
    ground = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert ground == "dark"


def test_the_letters_come_from_us(page: Page, address: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/styleguide", wait_until="networkidle")
    assert [url for url in asked if not url.startswith(address)] == []
    assert page.evaluate("document.fonts.check('600 20px Literata')")


@pytest.fixture
def signed_in() -> Iterator[None]:
    """Everyone with a session is Ann."""
    shell.register_viewer(lambda: shell.Viewer("Ann", "/me"))
    yield
    shell.register_viewer(lambda: None)


@pytest.mark.usefixtures("signed_in")
def test_htmx_carries_the_token_and_shows_a_refusal(page: Page, address: str) -> None:
    page.goto(f"{address}/panel")
    page.reload()  # the first answer opened the session; the second one knows Ann
    page.get_by_role("button", name="Take a seat").click()
    expect(page.locator("#panel")).to_have_text("The last seat is gone.")
    assert page.url == f"{address}/panel"
    assert page.locator("h1").inner_text() == "Panel"
