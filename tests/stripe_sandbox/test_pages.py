"""The hosted pages, as a browser without scripts meets them, and as axe and a phone do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from tests.chromium import chromium
from tests.stripe_sandbox.conftest import Shop

AXE = Path(__file__).resolve().parent.parent / "vendor" / "axe.min.js"
PHONE = {"width": 360, "height": 740}


def fetch(url: str, data: dict[str, str] | None = None) -> requests.Response:
    """Fetch a page, proof-read it, and follow nothing."""
    method = "GET" if data is None else "POST"
    page = requests.request(method, url, data=data, allow_redirects=False, timeout=9)
    if page.status_code not in {301, 302, 303}:
        html5lib.HTMLParser(strict=True).parse(page.text)
        assert page.text.count("<h1") == 1
        assert "<script" not in page.text
        assert "Test server." in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    return page


def test_paying_leads_to_the_shop_with_the_session_in_the_address(shop: Shop) -> None:
    session = shop.session()
    assert "Pay 20.00 EUR" in fetch(session.url).text
    done = fetch(session.url, {"manner": "pays", "email": "mina@example.org"})
    assert done.status_code == 303
    assert done.headers["Location"] == f"http://localhost/paid?session={session.id}"
    again = fetch(session.url)
    assert again.headers["Location"] == done.headers["Location"]  # no second payment
    assert len(shop.client.v1.charges.list({}, shop.options).data) == 1


def test_a_decline_is_said_and_what_was_typed_is_kept(shop: Shop) -> None:
    session = shop.session()
    page = fetch(session.url, {"manner": "insufficient_funds", "email": "mina@example.org"})
    assert page.status_code == 422
    assert "Your card has insufficient funds." in page.text
    assert 'value="mina@example.org"' in page.text
    assert shop.see(session.id).status == "open"


@pytest.mark.parametrize(("answer", "status"), [("confirm", "complete"), ("refuse", "open")])
def test_the_bank_asks_on_a_page_of_its_own(shop: Shop, answer: str, status: str) -> None:
    session = shop.session()
    asked = fetch(session.url, {"manner": "authenticate"})
    bank = f"{shop.control.address}{asked.headers['Location']}"
    assert "Is it you?" in fetch(bank).text
    after = fetch(bank, {"answer": answer})
    assert after.status_code == (303 if answer == "confirm" else 422)
    assert shop.see(session.id).status == status


def test_the_way_back_leads_to_the_shop_and_leaves_the_page_open(shop: Shop) -> None:
    session = shop.session()
    assert 'href="http://localhost/back"' in fetch(session.url).text
    assert shop.see(session.id).status == "open"


def test_a_page_offers_the_ways_to_pay_that_it_was_made_with(shop: Shop) -> None:
    session = shop.session(allowed_payment_method_types=["card"])
    assert "Bank ····" not in fetch(session.url).text
    assert "takes no sepa_debit" in fetch(session.url, {"manner": "debit"}).text
    assert "Bank ····" in fetch(shop.session().url).text


def test_an_expired_page_says_so(shop: Shop) -> None:
    session = shop.session()
    shop.client.v1.checkout.sessions.expire(session.id, options=shop.options)
    for data in (None, {"manner": "pays"}):
        page = fetch(session.url, data)
        assert (page.status_code, "This page has expired" in page.text) == (410, True)
    assert shop.client.v1.charges.list({}, shop.options).data == []


def test_a_promotion_code_typed_on_the_page(shop: Shop) -> None:
    coupon = shop.client.v1.coupons.create({"percent_off": 50}, shop.options)
    promotion: Any = {"type": "coupon", "coupon": coupon.id}
    shop.client.v1.promotion_codes.create({"promotion": promotion, "code": "HALF"}, shop.options)
    session = shop.session(allow_promotion_codes=True)
    refused = fetch(f"{session.url}/code", {"code": "nothing"})
    assert (refused.status_code, "This code is not valid." in refused.text) == (422, True)
    assert fetch(f"{session.url}/code", {"code": " half "}).status_code == 303
    assert "Pay 10.00 EUR" in fetch(session.url).text
    fetch(session.url, {"manner": "pays"})
    assert shop.see(session.id).amount_total == 1000


def test_the_portal(shop: Shop) -> None:
    subscription = shop.subscription("pays_once")
    shop.control.advance(32 * 86400)
    assert shop.subscribed(subscription.id).status == "past_due"
    session = shop.client.v1.billing_portal.sessions.create(
        {"customer": subscription.customer, "return_url": "http://localhost/me"}, shop.options
    )
    page = fetch(session.url).text
    assert "Past due" in page
    assert 'href="http://localhost/me"' in page
    fetch(session.url, {"act": "method", "manner": "pays"})
    assert shop.subscribed(subscription.id).status == "active"
    for act, leaves in (("cancel", True), ("resume", False)):
        fetch(session.url, {"act": act, "subscription": subscription.id})
        assert shop.subscribed(subscription.id).cancel_at_period_end is leaves


def test_deep_links_of_the_portal_lead_on_when_done(shop: Shop) -> None:
    subscription = shop.subscription()
    after = {"type": "redirect", "redirect": {"return_url": "http://localhost/done"}}
    flows: list[tuple[dict[str, str], dict[str, Any]]] = [
        ({"act": "method", "manner": "authenticate"}, {"type": "payment_method_update"}),
        (
            {"act": "cancel", "subscription": subscription.id},
            {
                "type": "subscription_cancel",
                "subscription_cancel": {"subscription": subscription.id},
            },
        ),
    ]
    for data, flow in flows:
        session = shop.client.v1.billing_portal.sessions.create(
            {
                "customer": subscription.customer,
                "return_url": "http://localhost/me",
                "flow_data": {**flow, "after_completion": after},
            },
            shop.options,
        )
        assert session.flow.type == flow["type"]
        assert ("Way to pay" in fetch(session.url).text) is (data["act"] == "method")
        assert fetch(session.url, data).headers["Location"] == "http://localhost/done"
    assert shop.subscribed(subscription.id).cancel_at_period_end is True


def test_an_open_invoice_is_paid_on_its_page(shop: Shop) -> None:
    subscription = shop.subscription("pays_once")
    shop.control.advance(32 * 86400)
    drawn = shop.subscribed(subscription.id).latest_invoice
    declined = fetch(drawn.hosted_invoice_url, {"manner": "generic_decline"})
    assert "Your card was declined." in declined.text
    asked = fetch(drawn.hosted_invoice_url, {"manner": "authenticate"})
    bank = f"{shop.control.address}{asked.headers['Location']}"
    assert fetch(bank, {"answer": "confirm"}).headers["Location"] == f"/invoice/{drawn.id}"
    assert "Paid" in fetch(drawn.hosted_invoice_url).text
    assert shop.subscribed(subscription.id).status == "active"


def test_what_is_not_there(shop: Shop) -> None:
    for path in ("/pay/cs_test_nobody", "/portal/bps_nobody", "/biscuits"):
        assert fetch(f"{shop.control.address}{path}").status_code == 404
    assert fetch(shop.control.address).status_code == 200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests here."""
    with chromium() as opened:
        yield opened


def judged(page: Page) -> list[str]:
    """Return what axe finds, and whether the page is wider than its screen."""
    page.evaluate(AXE.read_text())
    found = [one["id"] for one in page.evaluate("axe.run()")["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    return [*found, *(["wider than the screen"] if wide else [])]


@pytest.mark.end_to_end
@pytest.mark.parametrize("colours", ["light", "dark"])
def test_each_page_on_a_phone_by_axe(shop: Shop, browser: Browser, colours: Any) -> None:
    subscription = shop.subscription("pays_once")
    shop.control.advance(32 * 86400)
    portal = shop.client.v1.billing_portal.sessions.create(
        {"customer": subscription.customer, "return_url": "http://localhost/me"}, shop.options
    )
    session = shop.session(success_url=f"{shop.control.address}/", allow_promotion_codes=True)
    pages = [
        session.url,
        portal.url,
        shop.subscribed(subscription.id).latest_invoice.hosted_invoice_url,
        f"{shop.control.address}/onboarding/{shop.account}",
    ]
    context = browser.new_context(viewport=PHONE, color_scheme=colours, bypass_csp=True)  # type: ignore[arg-type]
    page = context.new_page()
    for url in pages:
        page.goto(url)
        assert (url, judged(page)) == (url, [])
    page.goto(session.url)
    page.get_by_label("3D Secure").first.check()
    page.get_by_role("button", name="Pay 20.00 EUR").click()
    expect(page.get_by_role("heading", name="Is it you?")).to_be_visible()
    assert judged(page) == []
    page.get_by_role("button", name="It is not me").click()
    expect(page.get_by_role("alert")).to_contain_text("did not confirm")
    assert judged(page) == []
    page.get_by_label("E-mail").fill("mina@example.org")
    page.get_by_label("Pays at once").check()
    page.get_by_label("E-mail").press("Enter")
    expect(page.get_by_role("heading", name="stripe_sandbox")).to_be_visible()
    assert shop.see(session.id).payment_status == "paid"
    context.close()
