"""A blocked pair in the books: the line stays, the name does not, whoever of the two looks."""

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.accounts.models import Block
from app.core.database import db
from tests.trust.clients import client_of
from tests.trust.world import World, build, marker

PAIRS = {"owner": ("blocked", "blocked"), "blocked": ("owner", "apart")}
"""Who looks, whose rows they look at, and the marker of these: the blocked, and the blocker."""


def books_of(app: Flask, world: World, reader: str, other: str) -> dict[str, str]:
    """Return what an organizer reads where money is kept."""
    order = world.a.rows["orders"][other]
    desk = f"/c/{world.a.slug}/desk/money"
    paths = ("", "/orders", f"/orders/{order.public_id}", "/members", "/sales.csv")
    client = client_of(app, world, reader)
    pages = {path: client.get(f"{desk}{path}") for path in paths}
    assert {page.status_code for page in pages.values()} == {200}
    return {path: page.get_data(as_text=True) for path, page in pages.items()}


@pytest.mark.parametrize("reader", list(PAIRS))
def test_the_books_keep_the_line_and_not_the_name(
    app: Flask, session: Session, reader: str
) -> None:
    world = build()
    other, seen_by = PAIRS[reader]
    word = marker("alpha", seen_by)
    books = books_of(app, world, reader, other)
    assert [path for path, page in books.items() if word in page] == []
    assert all("omeone" in page for page in books.values())

    db.session.execute(delete(Block))  # the control: without a block each of them says the name
    db.session.commit()
    named = books_of(app, world, reader, other)
    assert {path: word in page for path, page in named.items()} == dict.fromkeys(named, True)
    assert [page.count("<tr>") for page in named.values()] == [
        page.count("<tr>") for page in books.values()
    ]
    assert named["/sales.csv"].count("\n") == books["/sales.csv"].count("\n")
