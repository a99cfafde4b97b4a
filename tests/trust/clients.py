"""Clients of the world's personas, signed in once: what a test undoes keeps its session."""

from flask import Flask
from sqlalchemy import update

from app.accounts.models import PersonSession
from app.core import clock
from app.core.database import db
from tests.factories import sign_in
from tests.pages import ProofreadingClient
from tests.trust.world import World

COOKIE = "kith"


def client_of(app: Flask, world: World, persona: str) -> ProofreadingClient:
    """Return a fresh browser in which a persona is signed in; a stranger's for "anonymous"."""
    client = app.test_client()
    assert isinstance(client, ProofreadingClient)
    if persona not in world.cookies:
        world.cookies[persona] = _cookie(app, world, persona)
    cookie = world.cookies[persona]
    if cookie:
        client.set_cookie(COOKIE, cookie)
    return client


def _cookie(app: Flask, world: World, persona: str) -> str:
    person = world.person(persona)
    if person is None:
        return ""
    client = app.test_client()
    sign_in(client, person)
    # the password was typed just now: a denial is the policy's, not that of the question for it
    db.session.execute(
        update(PersonSession)
        .where(PersonSession.person_id == person.id)
        .values(proved_at=clock.now())
    )
    kept = client.get_cookie(COOKIE)
    assert kept
    return kept.value
