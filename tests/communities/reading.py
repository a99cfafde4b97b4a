"""How tests of pages read them: their words, their links, their statements."""

import re

from flask import Flask
from sqlalchemy import event

from app.communities.models import (
    Community,
    Invitation,
    InvitationKind,
    JoinRequest,
)
from app.communities.service.invitations import invitation_token
from app.core.database import add, db
from tests.conftest import TODAY
from tests.factories import (
    make_contact,
    make_person,
)
from tests.pages import ProofreadingClient


def link_to(app: Flask, community: Community, **values: object) -> str:
    """Return the path of an invitation."""
    values = {"kind": InvitationKind.TRUSTED, "created_at": TODAY, **values}
    invitation = add(Invitation(community_id=community.id, **values))
    return f"/invitations/{invitation_token(invitation, secret=app.config['SECRET_KEY'])}"


def text_of(client: ProofreadingClient, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.get_data(as_text=True)


def without_numbers(page: str) -> str:
    """Return a page without the number to quote, which differs by request."""
    return re.sub("[0-9a-f]{16}", "", page)


def statements_of(client: ProofreadingClient, path: str) -> int:
    """Count the statements that a page asks of the database, transactions aside."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
            asked.append(statement)

    engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(asked)


def make_request(community: Community, name: str = "Newcomer") -> JoinRequest:
    contact = make_contact(community, person=make_person(), name=name)
    return add(
        JoinRequest(
            community_id=community.id,
            contact_id=contact.id,
            created_at=TODAY,
            answers=[{"id": "x", "question": "Why?", "answer": f"Because {name}"}],
        )
    )
