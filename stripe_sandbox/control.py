"""The client of the sandbox's control: for tests and benchmarks, standard library only."""

import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from typing import Any

Rule = dict[str, Any]


class ControlRefused(Exception):
    """The control would not, or could not."""


@dataclass(frozen=True)
class Letter:
    """A notice that lay in a mailbox, ready to be posted."""

    body: str
    headers: dict[str, str]
    type: str
    account: str | None
    event: str
    twist: str


@dataclass(frozen=True)
class Control:
    """The control of one space: what one API key sees."""

    address: str
    key: str

    def ask(self, verb: str, **values: Any) -> Any:
        """Do one thing."""
        body = json.dumps({"key": self.key, **values}).encode()
        asked = urllib.request.Request(  # noqa: S310  # the sandbox's own address, on loopback
            f"{self.address}/_control/{verb}", body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310  # the same
                return json.load(answer)["result"]
        except urllib.error.HTTPError as problem:
            raise ControlRefused(problem.read().decode()) from problem

    # notices

    def endpoint(self, url: str, *, secret: str, **wishes: Any) -> str:
        """Have notices delivered to an address by the server itself.

        Wishes: `form` (snapshot or thin), `whose` (all, own or connected), `types` (all of them).
        """
        return str(self.ask("endpoint", url=url, secret=secret, **wishes))

    def mailbox(self, *, secret: str, **wishes: Any) -> str:
        """Have notices kept until `letters` takes them; the wishes are those of an endpoint."""
        return str(self.ask("endpoint", secret=secret, **wishes))

    def letters(self) -> list[Letter]:
        """Take what lies in the mailboxes, as chaos has it."""
        return [Letter(**one) for one in self.ask("letters")]

    def settle(self, timeout: float = 10) -> None:
        """Wait until every notice over HTTP has had its first try."""
        until = time.monotonic() + timeout
        while self.ask("waiting"):
            if time.monotonic() > until:
                raise ControlRefused("notices are still under way")
            time.sleep(0.02)

    def retry_now(self) -> None:
        """Let what waits for another try go out at once."""
        self.ask("retry")

    def resend(self, event: str) -> int:
        """Send an old event once more."""
        return int(self.ask("resend", event=event))

    # chaos

    def chaos(
        self,
        *,
        times: int | None = None,
        shuffle: bool | None = None,
        rules: list[Rule] | None = None,
    ) -> None:
        """Choose how often and in which order notices come, and what goes wrong."""
        self.ask("chaos", times=times, shuffle=shuffle, rules=rules)

    def calm(self) -> None:
        """Send each notice once and in order, and let nothing go wrong."""
        self.chaos(times=1, shuffle=False, rules=[])

    def wild(self) -> None:
        """Send each notice twice and shuffled: the way tests should have it."""
        self.chaos(times=2, shuffle=True, rules=[])

    # time

    def set_now(self, moment: datetime | float) -> int:
        """Set the space's clock; all that falls due happens. Return how much that was."""
        seconds = moment.timestamp() if isinstance(moment, datetime) else moment
        return int(self.ask("set_now", moment=int(seconds))["done"])

    def advance(self, seconds: float) -> int:
        """Move the space's clock on."""
        return int(self.ask("advance", seconds=int(seconds))["done"])

    def real_time(self) -> None:
        """Let the space's clock be the real one again."""
        self.ask("set_now", moment=None)

    # accounts

    def account(self, *, card_payments: str = "active", name: str | None = None) -> str:
        """Open a connected account without its onboarding page."""
        return str(self.ask("account", card_payments=card_payments, name=name))

    def capability(self, account: str, status: str) -> None:
        """Give or take an account's right to be paid by card."""
        self.ask("capability", account=account, status=status)

    def disconnect(self, account: str) -> None:
        """Let an organizer take back the platform's access."""
        self.ask("disconnect", account=account)

    # what people and banks do

    def pay(
        self, session: str, manner: str = "pays", *, email: str = "", name: str = ""
    ) -> dict[str, Any]:
        """Press the button of a payment page."""
        found: dict[str, Any] = self.ask(
            "pay", session=session, manner=manner, email=email, name=name
        )
        return found

    def confirm(self, ident: str, *, passed: bool = True) -> str:
        """Answer the bank's question (3D Secure) for a session or an intent."""
        return str(self.ask("confirm", ident=ident, passed=passed))

    def settle_debit(self, ident: str, *, arrived: bool = True) -> str:
        """Let a bank debit arrive, or bounce."""
        return str(self.ask("settle_debit", ident=ident, arrived=arrived))

    def refunds_wait(self, waits: bool = True) -> None:  # noqa: FBT001, FBT002  # reads as a switch
        """Choose whether refunds stay pending until told."""
        self.ask("set", refunds="wait" if waits else "succeed")

    def short_pages(self) -> None:
        """Put two things on each page of a list, whatever was asked for."""
        self.ask("set", pages="short")

    def paid_out_in(self, currency: str, *, rate: float) -> None:
        """Have what comes in other currencies changed on its way to the balance, at a rate."""
        self.ask("paid_out_in", currency=currency, rate=rate)

    def after_retries(self, status: str) -> None:
        """Choose what a subscription becomes when the last try failed: unpaid or canceled."""
        self.ask("set", after_retries=status)

    def settle_refund(self, refund: str) -> str:
        """Let a waiting refund arrive."""
        return str(self.ask("settle_refund", refund=refund))

    def fail_refund(self, refund: str) -> str:
        """Let a refund come back."""
        return str(self.ask("fail_refund", refund=refund))

    def dispute(self, charge: str) -> str:
        """Let a payer contest a charge."""
        return str(self.ask("dispute", charge=charge))

    def close_dispute(self, dispute: str, *, won: bool) -> str:
        """Decide a dispute."""
        return str(self.ask("close_dispute", dispute=dispute, won=won))

    def pay_out(self, account: str = "") -> list[str]:
        """Pay out what is available, one payout for each currency."""
        return list(self.ask("pay_out", account=account))

    def fail_payout(self, payout: str) -> str:
        """Let a payout come back."""
        return str(self.ask("fail_payout", payout=payout))

    # the sandbox itself

    def forget_keys(self) -> None:
        """Prune the idempotency keys, as Stripe may after a day."""
        self.ask("forget_keys")

    def broken_promises(self) -> list[str]:
        """Return the answers of the sandbox that broke the contract: there should be none."""
        return list(self.ask("broken_promises"))

    def look(self, ident: str) -> dict[str, Any]:
        """Return an object as the sandbox keeps it, with what it remembers for itself."""
        found: dict[str, Any] = self.ask("look", ident=ident)
        return found
