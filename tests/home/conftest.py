"""What tests of composed pages share: statements counted."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.core.database import db
from app.web.responses import forget_kept_pages
from tests.pages import ProofreadingClient

Counted = Callable[..., tuple[TestResponse, int]]


@pytest.fixture(autouse=True)
def _fresh_pages() -> Iterator[None]:
    """Begin and end without kept pages."""
    forget_kept_pages()
    yield
    forget_kept_pages()


@pytest.fixture
def counted(app: Flask, session: Session, client: ProofreadingClient) -> Counted:
    """Fetch a page and count the statements it asks of the database."""

    def fetch(path: str, **values: object) -> tuple[TestResponse, int]:
        asked: list[str] = []

        def remember(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                asked.append(statement)

        session.commit()
        event.listen(db.engine, "before_cursor_execute", remember)
        try:
            response = client.get(path, **values)
        finally:
            event.remove(db.engine, "before_cursor_execute", remember)
        return response, len(asked)

    return fetch
