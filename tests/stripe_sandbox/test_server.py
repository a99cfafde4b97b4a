"""The process: what it keeps when killed, what it does by itself, many callers at once."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import stripe

from stripe_sandbox.core.store import Store
from tests.stripe_sandbox.conftest import SECRET, Shop
from tests.stripe_sandbox.ear import Ear
from tests.stripe_sandbox.sandbox import client_of, fresh, started


def test_a_killed_server_has_lost_nothing(tmp_path: Path, ear: Ear) -> None:
    """Objects, keys and notices under way are there again after a kill -9."""
    with started(tmp_path, "--calm") as (process, address):
        control = fresh(address)
        client: Any = client_of(control)
        ear.refusals = 1
        control.endpoint(ear.address, secret=SECRET)
        made = client.v1.customers.create({"name": "Mina"}, {"idempotency_key": "k"})
        control.settle()
        process.kill()
    port = int(address.rpartition(":")[2])
    with started(tmp_path, "--calm", port=port) as (_, again):
        assert again == address
        assert client.v1.customers.retrieve(made.id).name == "Mina"
        assert client.v1.customers.create({"name": "Mina"}, {"idempotency_key": "k"}).id == made.id
        control.retry_now()
        until = time.monotonic() + 5
        while len(ear.heard) < 2 and time.monotonic() < until:
            time.sleep(0.02)
        assert ear.types() == ["customer.created"] * 2


def test_what_it_is_started_with(tmp_path: Path, ear: Ear) -> None:
    """Notices of every key go where --notices says; pages are linked as --public-url says."""
    options = ("--notices", ear.address, "--secret", SECRET, "--calm")
    with started(tmp_path, *options, "--public-url", "http://pay.localhost:9") as (_, address):
        control = fresh(address)
        shop = Shop(client_of(control), control, control.account())
        assert shop.session().url.startswith("http://pay.localhost:9/pay/cs_test_")
        shop.client.v1.customers.create({}, shop.options)
        control.settle()
        event = shop.client.construct_event(*ear.heard[0], SECRET)
        assert (event.type, event.account) == ("customer.created", shop.account)
        assert len(ear.heard) == 1


def test_what_is_due_happens_by_itself(tmp_path: Path, ear: Ear) -> None:
    """In real time nobody has to ask: a page that ran out is told about."""
    with started(tmp_path, "--calm") as (_, address):
        control = fresh(address)
        shop = Shop(client_of(control), control, control.account())
        control.set_now(time.time() - 1800)
        shop.session(expires_at=int(time.time()) + 1)
        control.endpoint(ear.address, secret=SECRET)
        control.real_time()
        until = time.monotonic() + 8
        while not ear.heard and time.monotonic() < until:
            time.sleep(0.05)
        assert ear.types() == ["checkout.session.expired"]


def test_of_two_who_press_at_once_one_pays(shop: Shop) -> None:
    session = shop.session()
    gate = threading.Barrier(4)

    def press(_: int) -> bool:
        gate.wait()
        try:
            shop.control.pay(session.id)
        except Exception:  # noqa: BLE001  # the others are refused, in whatever words
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(press, range(4))) == [False, False, False, True]
    assert len(shop.client.v1.charges.list({}, shop.options).data) == 1


def test_paying_races_expiring_and_one_wins(shop: Shop) -> None:
    for _ in range(4):
        session = shop.session()

        def expire(ident: str = session.id) -> bool:
            try:
                shop.client.v1.checkout.sessions.expire(ident, options=shop.options)
            except stripe.InvalidRequestError:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            expired = pool.submit(expire)
            paid = pool.submit(shop.control.pay, session.id)
            outcomes = (expired.result(), paid.exception() is None)
        assert outcomes in {(True, False), (False, True)}
        seen = shop.see(session.id)
        wanted = ("expired", "unpaid") if outcomes[0] else ("complete", "paid")
        assert (seen.status, seen.payment_status) == wanted


def test_one_key_from_many_at_once_is_one_effect(shop: Shop) -> None:
    def create(_: int) -> str:
        client: Any = client_of(shop.control)
        options = {**shop.options, "idempotency_key": "k"}
        return str(client.v1.customers.create({"name": "Mina"}, options).id)

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(create, range(6)))) == 1


def test_the_store_undoes_what_failed_half_way(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite3")
    store.set("one", "a", 1)

    def fails() -> None:
        with store.transaction():
            store.set("one", "a", 2)
            with store.transaction():
                store.set("one", "b", 3)
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    assert (store.setting("one", "a"), store.setting("one", "b")) == (1, None)
    assert json.loads(store.run("SELECT value FROM setting")[0]["value"]) == 1
    store.close()
