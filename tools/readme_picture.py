"""Draw docs/picture.png: the way through Kith in one picture, a ticket, a match, the health page.

usage: .venv/bin/python -m tools.readme_picture [address of a running demo]

After `make setup-dev`; without an address a demo is started in a folder of its own, and stopped.
"""

import sys
from base64 import b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from tests.chromium import chromium
from tools.demo import running_demo

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "picture.png"
FONT = ROOT / "static" / "vendor" / "literata-basic.woff2"
DESK, PHONE = 1000, 390  # pixels wide
TALL = 940
SCALE = 0.8
SHARP = 2  # photographed finer than it is shown
MOST_BYTES = 400_000
HERE = "/c/lantern-street"
MEMBER, OWNER = "member@demo.example", "owner@demo.example"
SHEET = """<!doctype html><meta charset="utf-8"><style>
@font-face {{ font-family: Literata; src: url(data:font/woff2;base64,{font}) }}
body {{ margin: 0; padding: 52px 56px 44px; background: #efe9df; display: inline-flex; gap: 36px }}
figure {{ margin: 0 }}
img {{ display: block; border-radius: 18px; box-shadow: 0 0 0 1px #d6cbb8, 0 10px 28px #5b4a3226 }}
figcaption {{ margin-top: 20px; font: 500 22px/1.3 Literata; color: #3d3226; text-align: center }}
</style>{figures}"""
FIGURE = """<figure><img src="data:image/png;base64,{picture}" width="{width}" height="{height}">
<figcaption>{words}</figcaption></figure>"""


def main() -> None:
    """Photograph a demo, lay the pictures out, and refuse a file that is too large."""
    with running_demo(sys.argv[1:]) as address, chromium("--hide-scrollbars") as browser:
        member = signed_in(browser, address, MEMBER, PHONE)
        owner = signed_in(browser, address, OWNER, DESK)
        figures = [
            (ticket_of(member, address), PHONE, "A ticket with its code"),
            (matches_of(member, address), PHONE, "Someone to meet, and why"),
            (health_of(owner, address), DESK, "And what came of it"),
        ]
        drawn = compose(browser, figures)
    drawn.save(TARGET, optimize=True)
    size = TARGET.stat().st_size
    print(f"wrote {TARGET.relative_to(ROOT)}: {drawn.width} x {drawn.height}, {size // 1000} kB")
    if size > MOST_BYTES:
        sys.exit(f"That is more than {MOST_BYTES // 1000} kB.")


def signed_in(browser: Browser, address: str, who: str, width: int) -> Page:
    """Be one of the demo's people, reading English as whoever opens the README does."""
    context = browser.new_context(
        viewport={"width": width, "height": TALL + 60}, locale="en", device_scale_factor=SHARP
    )
    page = context.new_page()
    page.goto(address)
    page.locator(f"form:has(input[value='{who}']) button").click()
    offer = page.locator(".demo-banner__language button")
    if offer.count():
        offer.click()
        page.wait_for_load_state("load")
    return page


def ticket_of(page: Page, address: str) -> bytes:
    """Open the ticket from its gathering's page."""
    page.goto(f"{address}{HERE}/events")
    page.get_by_role("link", name="Film night").first.click()
    page.get_by_role("link", name="Open my ticket").first.click()
    page.get_by_label("QR code of the ticket").first.wait_for()
    return photograph(page)


def matches_of(page: Page, address: str) -> bytes:
    """Open the matches; they were computed when the demo was made."""
    page.goto(f"{address}{HERE}/matches")
    page.locator("article.match").first.wait_for()
    return photograph(page)


def health_of(page: Page, address: str) -> bytes:
    """Open the health page: it begins with a sentence, and its pictures follow."""
    page.goto(f"{address}{HERE}/health")
    page.locator("svg.chart__plot").first.wait_for()
    return photograph(page)


def photograph(page: Page) -> bytes:
    """Take the first screenful below the demo's banner."""
    page.wait_for_load_state("networkidle")
    box = page.locator(".demo-banner").bounding_box()
    top = box["height"] if box else 0
    size = page.viewport_size or {"width": DESK, "height": TALL}
    page.set_viewport_size({"width": size["width"], "height": int(TALL + top)})
    clip = {"x": 0, "y": top, "width": size["width"], "height": TALL}
    return page.screenshot(clip=clip)  # type: ignore[arg-type]  # as its documentation has it


def compose(browser: Browser, figures: list[tuple[bytes, int, str]]) -> Image.Image:
    """Lay the pictures side by side, in the order of the way."""
    drawn = "".join(
        FIGURE.format(
            picture=b64encode(picture).decode(),
            width=round(width * SCALE),
            height=round(TALL * SCALE),
            words=words,
        )
        for picture, width, words in figures
    )
    page = browser.new_page(viewport={"width": 1800, "height": 1000})
    page.set_content(SHEET.format(font=b64encode(FONT.read_bytes()).decode(), figures=drawn))
    page.evaluate("document.fonts.ready")
    picture = Image.open(BytesIO(page.locator("body").screenshot()))
    return picture.convert("RGB")


if __name__ == "__main__":
    main()
