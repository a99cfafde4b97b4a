"""Throttles: counted once, kept through a rollback, and no lock-out by strangers."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import throttle as t
from app.core.database import db
from app.core.models import SpentEffect
from tests.conftest import FixedClock

pytestmark = pytest.mark.postgres15

HOUR = timedelta(hours=1)


def tries(times: int, **values: Any) -> int:
    """Try so often and return how many tries were let through."""
    return sum(passes(**values) for _ in range(times))


def passes(**values: Any) -> bool:
    try:
        t.throttle(**{"kind": "test", "key": "k", "limit": 3, "per": HOUR, **values})
    except t.Throttled:
        return False
    return True


def guarded(times: int, **values: Any) -> int:
    """Guess so often at an account and return how many guesses reached its secret."""
    return sum(reaches(**values) for _ in range(times))


def reaches(**values: Any) -> bool:
    try:
        t.guard_account(
            **{"kind": "sign_in", "account": "ada", "address": "198.51.100.7", **values}
        )
    except t.Throttled:
        return False
    return True


def test_tries_past_the_limit_are_refused_until_the_time_is_over(
    session: Session, clock: FixedClock
) -> None:
    assert tries(5) == 3
    with pytest.raises(t.Throttled) as refused:
        t.throttle("test", key="k", limit=3, per=HOUR)
    assert refused.value.retry_at == clock.now + HOUR
    assert refused.value.status == 429
    assert refused.value.values == {"minutes": 60}
    clock.advance(minutes=59, seconds=30)
    with pytest.raises(t.Throttled) as nearly:
        t.throttle("test", key="k", limit=3, per=HOUR)
    assert nearly.value.values == {"minutes": 1}
    clock.advance(seconds=30)
    assert tries(5) == 3


def test_kinds_and_keys_are_counted_apart(session: Session) -> None:
    assert tries(4) + tries(4, key="other") + tries(4, kind="other") == 9


def test_a_count_stays_when_the_caller_rolls_back(session: Session) -> None:
    assert tries(3) == 3
    db.session.rollback()
    assert tries(1) == 0


def test_counting_after_a_change_is_an_error(session: Session) -> None:
    session.add(SpentEffect(key="pending"))
    with pytest.raises(RuntimeError, match="before anything is changed"):
        tries(1)


def test_a_right_try_is_forgiven(session: Session) -> None:
    assert tries(3) == 3
    t.forgive("test", key="k")
    assert tries(4) == 3


def test_the_row_tells_neither_account_nor_address(session: Session) -> None:
    guarded(1, account="ada@example.org")
    kept = db.session.execute(text("SELECT kind, key FROM throttle")).all()
    assert {row.kind for row in kept} == {"sign_in.pair", "sign_in.network", "sign_in.account"}
    assert all(len(row.key) == 64 for row in kept)


def test_one_network_has_five_guesses_at_an_account(session: Session) -> None:
    assert guarded(10) == 5
    assert guarded(10, address="198.51.100.200") == 0
    assert guarded(1, account="bob") == 1


def test_one_network_cannot_try_every_account(session: Session) -> None:
    assert sum(reaches(account=f"person {n}") for n in range(70)) == t.NETWORK_LIMIT


def test_strangers_on_many_networks_reach_an_account_twenty_times_an_hour(
    session: Session, clock: FixedClock
) -> None:
    reached = sum(reaches(address=f"198.51.{n}.1") for n in range(30))
    assert reached == t.ACCOUNT_LIMIT
    clock.advance(hours=1)
    assert reaches(address="203.0.113.9")


def test_a_device_that_signed_in_before_is_never_locked_out_by_strangers(session: Session) -> None:
    for n in range(30):
        reaches(address=f"198.51.{n}.1")
    assert not reaches(address="203.0.113.9")
    assert guarded(10, address="203.0.113.9", device="laptop") == 5


def test_a_right_sign_in_frees_its_own_counts_only(session: Session) -> None:
    guarded(5)
    guarded(5, device="laptop")
    t.forgive_account("sign_in", account="ada", address="198.51.100.7")
    assert guarded(10) == 5
    assert guarded(1, device="laptop") == 0
    t.forgive_account("sign_in", account="ada", address="198.51.100.7", device="laptop")
    assert guarded(1, device="laptop") == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2ff::1", "2001:db8:1:200::/56"),
        ("fe80::1%eth0", "fe80::/56"),
        ("::1", "::/56"),
        ("nonsense", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_network_is_what_one_household_holds(address: str, network: str) -> None:
    assert t.network_of(address) == network


def test_keys_of_one_installation_mean_nothing_in_another(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = t._hashed("ada")
    monkeypatch.setitem(app.config, "SECRET_KEY", "another" * 8)
    assert t._hashed("ada") != here
