"""Floods: counted per address, never for machines that must be answered."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask

from app import create_app
from app.core import limits
from app.core.database import db
from tests.conftest import settings_for

MANY = 60


@pytest.fixture
def flooded(database_url: str) -> Iterator[Flask]:
    """An app that counts requests."""
    app = create_app(settings_for(database_url, environment="development"))
    limits.limiter.reset()
    yield app
    limits.limiter.enabled = False
    with app.app_context():
        db.engine.dispose()


def statuses(app: Flask, path: str, address: str) -> Counter[int]:
    """Ask so often within one second of the clock, and count the answers."""
    client = app.test_client()
    with time_machine.travel("2026-06-15 12:00", tick=False):
        answers = [client.get(path, environ_base={"REMOTE_ADDR": address}) for _ in range(MANY)]
    assert all("Retry-After" in one.headers for one in answers if one.status_code == 429)
    return Counter(one.status_code for one in answers)


def test_a_flood_is_told_to_wait(flooded: Flask) -> None:
    assert statuses(flooded, "/robots.txt", "198.51.100.7") == {200: 50, 429: MANY - 50}
    assert statuses(flooded, "/robots.txt", "198.51.100.8") == {200: 50, 429: MANY - 50}


def test_machines_are_always_answered(flooded: Flask) -> None:
    assert statuses(flooded, "/healthz", "198.51.100.9") == {200: MANY}


def test_this_machine_is_not_counted_unless_a_proxy_names_the_callers(
    flooded: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with flooded.test_request_context("/favicon.ico", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert limits.is_free()
        behind = flooded.config["KITH"].model_copy(update={"trusted_proxies": 1})
        monkeypatch.setitem(flooded.config, "KITH", behind)
        assert not limits.is_free()


@pytest.mark.parametrize(
    ("address", "counted_for", "free"),
    [
        ("198.51.100.7", "198.51.100.7", False),
        ("2001:db8::1", "2001:db8::/56", False),
        ("::1", "::/56", True),
        (None, "unknown", False),
        ("nonsense", "nonsense", False),
    ],
)
def test_a_household_is_counted_as_one(
    app: Flask,
    address: str | None,
    counted_for: str,
    free: bool,  # noqa: FBT001 - a table's column
) -> None:
    environment: dict[str, Any] = {"REMOTE_ADDR": address}
    with app.test_request_context("/favicon.ico", environ_base=environment):
        assert (limits.caller(), limits.is_free()) == (counted_for, free)
