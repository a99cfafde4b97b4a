"""Buyers in a hurry: each asks, pays at the local Stripe, and comes back.

Who hears nothing tries again. One connection a request: a broken one was a request in flight.
"""

import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any
from urllib.parse import urlencode, urlsplit

from stripe_sandbox.control import Control, ControlRefused

TRIES = 60
PAUSE = 0.3  # seconds before another try
BROKEN = (http.client.HTTPException, ConnectionError, TimeoutError)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    location: str
    text: str


@dataclass
class Line:
    """The way to the shop, shared by all buyers: knows what is in flight, and what broke when."""

    port: int
    in_flight: int = 0
    broken_at: list[float] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def ask(
        self, method: str, path: str, *, address: str, form: Mapping[str, str] | None = None
    ) -> Answer:
        """Send one request as a browser behind a network address of its own."""
        connection = http.client.HTTPConnection("localhost", self.port, timeout=60)
        connection.connect()
        with self._lock:
            self.in_flight += 1
        try:
            return self._exchange(connection, method, path, address, form)
        except BROKEN:
            with self._lock:
                self.broken_at.append(time.monotonic())
            raise
        finally:
            with self._lock:
                self.in_flight -= 1
            connection.close()

    @staticmethod
    def _exchange(
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        address: str,
        form: Mapping[str, str] | None,
    ) -> Answer:
        headers = {
            "X-Forwarded-For": address,
            "Sec-Fetch-Site": "same-origin",
            "Accept-Language": "en",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request(method, path, urlencode(form) if form else None, headers)
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        return Answer(answer.status, answer.headers.get("Location", ""), text)


@dataclass
class Buyer:
    """One of the crowd."""

    number: int
    line: Line
    control: Control
    event: str  # its path
    field_name: str
    comes_back: bool = True
    was_sold_out: bool = False
    has_paid: bool = False
    has_seen_ticket: bool = False
    trouble: str = ""

    @property
    def email(self) -> str:
        """The address that the ticket goes to."""
        round_name = self.event.rpartition("/")[2]
        return f"buyer{self.number}.{round_name}@bench.example"

    def buy(self) -> None:
        """Go the whole way, or as far as there are tickets."""
        order = self._order()
        if order:
            self._pay(order)

    def reserve(self) -> bool:
        """Ask for a ticket only; say whether one is kept."""
        return bool(self._order())

    def look(self) -> None:
        """Look at the event again, as those do who came too late."""
        self._again("GET", self.event)

    def _order(self) -> str:
        """Ask for one ticket; return the path of the order, or nothing when it is sold out."""
        form = {self.field_name: "1", "name": f"Buyer {self.number}", "email": self.email}
        answer = self._again("POST", f"{self.event}/orders", form)
        if answer is None:
            return ""
        if answer.status == http.HTTPStatus.SEE_OTHER:
            return urlsplit(answer.location).path
        self.was_sold_out = "Sold out" in answer.text or "tickets are left" in answer.text
        if not self.was_sold_out:
            self.trouble = f"the order answered {answer.status}"
        return ""

    def _pay(self, order: str) -> None:
        answer = self._again("POST", f"{order}/payment")
        if answer is None or answer.status != http.HTTPStatus.SEE_OTHER:
            self.trouble = f"the payment answered {answer and answer.status}"
            return
        found = re.search(r"cs_test_\w+", answer.location)
        if found:
            self._pay_at_stripe(found[0])
        if self.has_paid and self.comes_back:
            self._come_back(order)

    def _pay_at_stripe(self, session_id: str) -> None:
        try:
            self.control.pay(session_id, manner="pays", email=self.email, name="Buyer")
            self.has_paid = True
        except ControlRefused as refusal:
            self.trouble = f"Stripe refused: {refusal}"

    def _come_back(self, order: str) -> None:
        """Open the order's page until it says thank you."""
        for _ in range(TRIES):
            answer = self._again("GET", order)
            if answer is not None and "Thank you" in answer.text:
                self.has_seen_ticket = "/tickets/" in answer.text
                return
            time.sleep(PAUSE)

    def _again(self, method: str, path: str, form: Any = None) -> Answer | None:
        """Ask until an answer comes that is no fault of the server."""
        address = f"10.{self.number // 200 + 1}.{self.number % 200 + 1}.7"
        for _ in range(TRIES):
            try:
                answer = self.line.ask(method, path, address=address, form=form)
            except (*BROKEN, OSError):
                time.sleep(PAUSE)
                continue
            if answer.status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
                return answer
            time.sleep(PAUSE)
        self.trouble = f"{method} {path} was never answered"
        return None
