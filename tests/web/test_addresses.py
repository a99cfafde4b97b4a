"""Addresses that are kept: each question gets its own answer, the second time too."""

from typing import Any

import pytest
from flask import Flask, url_for

from app.web.addresses import AddressBook


@pytest.fixture
def book() -> Flask:
    app = AddressBook("book", static_folder=None)
    app.add_url_rule("/page/<name>", "page", lambda name: name)
    return app


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({}, "/page/a"),
        ({"q": "1"}, "/page/a?q=1"),
        ({"q": None}, "/page/a"),
        ({"q": True}, "/page/a?q=True"),
        ({"q": 1}, "/page/a?q=1"),
        ({"q": ["b", "c"]}, "/page/a?q=b&q=c"),
        ({"_anchor": "b"}, "/page/a#b"),
    ],
)
def test_an_address_is_the_same_each_time(book: Flask, values: Any, address: str) -> None:
    with book.test_request_context():
        assert [url_for("page", name="a", **values) for _ in range(2)] == [address] * 2


def test_an_address_keeps_no_host_and_no_mount_point(book: Flask) -> None:
    with book.test_request_context(base_url="https://one.example/below"):
        assert url_for("page", name="a") == "/below/page/a"
        assert url_for("page", name="a", _external=True) == "https://one.example/below/page/a"
    with book.test_request_context(base_url="https://two.example"):
        assert url_for("page", name="a") == "/page/a"
        assert url_for("page", name="a", _external=True) == "https://two.example/page/a"


def test_an_address_is_built_once_however_it_is_asked_for(book: Flask) -> None:
    """Flask's own url_for names every option, unasked ones as None: that must not pass us by."""
    with book.test_request_context():
        asked = [url_for("page", name="a"), book.url_for("page", name="a")]
        assert asked == ["/page/a"] * 2
    assert book._kept_address.cache_info().misses == 1  # type: ignore[attr-defined]  # an lru_cache
