"""One local Stripe for all tests of it; each test has a key, and with it a space, of its own."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Any

import pytest

from stripe_sandbox.control import Control
from tests.stripe_sandbox.ear import Ear
from tests.stripe_sandbox.sandbox import client_of, fresh, running

SECRET = "whsec_test"


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a running local Stripe."""
    with running(tmp_path_factory.mktemp("stripe")) as address:
        yield address


@pytest.fixture
def control(sandbox: str) -> Iterator[Control]:
    """The control of a fresh space; at the end every answer must have kept the contract."""
    control = fresh(sandbox)
    yield control
    assert control.broken_promises() == []


@pytest.fixture
def client(control: Control) -> Any:
    """Stripe's own client, which does not try again by itself.

    Untyped: bodies, wrong ones too, are judged by the sandbox when they arrive.
    """
    return client_of(control)


@dataclass(frozen=True)
class Shop:
    """A connected account that may be paid, and what a test does with it."""

    client: Any
    control: Control
    account: str

    @property
    def options(self) -> Any:
        """What makes a call one of this account."""
        return {"stripe_account": self.account}

    def session(self, **more: Any) -> Any:
        """Make a page that sells one ticket for 20 euros."""
        terms = {"currency": "eur", "unit_amount": 2000, "product_data": {"name": "Ticket"}}
        asked = {
            "mode": "payment",
            "success_url": "http://localhost/paid?session={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://localhost/back",
            "line_items": [{"price_data": terms, "quantity": 1}],
            "client_reference_id": "order-1",
        }
        return self.client.v1.checkout.sessions.create({**asked, **more}, options=self.options)

    def price(self, amount: int = 1000, interval: str = "month") -> Any:
        """Make a price that renews."""
        return self.client.v1.prices.create(
            {
                "currency": "eur",
                "unit_amount": amount,
                "recurring": {"interval": interval},
                "product_data": {"name": "Membership"},
            },
            options=self.options,
        )

    def subscription(self, manner: str = "pays", **data: Any) -> Any:
        """Let somebody subscribe on the hosted page."""
        session = self.session(
            mode="subscription",
            line_items=[{"price": self.price().id, "quantity": 1}],
            subscription_data=data,
        )
        self.control.pay(session.id, manner, email="mina@example.org")
        done = self.see(session.id, "subscription.latest_invoice")
        return done.subscription

    def see(self, session: str, *expand: str) -> Any:
        """Look at a session."""
        return self.client.v1.checkout.sessions.retrieve(
            session, {"expand": list(expand)}, options=self.options
        )

    def subscribed(self, ident: str) -> Any:
        """Look at a subscription."""
        return self.client.v1.subscriptions.retrieve(
            ident, {"expand": ["latest_invoice"]}, options=self.options
        )


@pytest.fixture
def shop(client: Any, control: Control) -> Shop:
    """A connected account that may be paid."""
    return Shop(client, control, control.account())


@pytest.fixture
def ear() -> Iterator[Ear]:
    """A listening endpoint."""
    with Ear() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
