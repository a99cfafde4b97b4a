"""What matching does at moments of lower features: cards change, people come and go."""

from datetime import date, datetime

from flask import Flask
from sqlalchemy import ColumnElement, select

from app.accounts import hooks as account_hooks
from app.accounts.models import Person
from app.activity.hooks import days_changed
from app.communities import hooks
from app.communities.models import Contact, Membership
from app.core.database import db
from app.matching import queries, service
from app.matching.models import (
    EndedBy,
    Hello,
    IntroductionAnswer,
    IntroductionSide,
    MatchImpression,
    MatchSetAside,
    Suggestion,
)
from app.matching.queries import introductions as reads
from app.matching.service import hellos, introductions

ABOUT_ANOTHER = {
    model.__tablename__: model.other_id
    for model in (Hello, IntroductionSide, MatchImpression, MatchSetAside, Suggestion)
}


def init_app(_app: Flask) -> None:
    """Register with the hooks below."""
    hooks.card_changed.register(service.card_changed)
    hooks.membership_ends.register(_leave)
    account_hooks.person_erased.register(_erase)
    account_hooks.people_blocked.register(_part)
    account_hooks.hidden_rows.register(_hidden)
    days_changed.register(_recount)


def _recount(community_id: int, _first: date, _last: date) -> None:
    """Compute anew after an import or its undoing: others are awake, others know each other."""
    if queries.is_wanted(community_id):
        service.ask_for_refresh(community_id)


def _leave(membership: Membership, now: datetime) -> None:
    contact = db.session.get(Contact, membership.contact_id)
    if contact is not None:
        service.forget(contact)
        hellos.end_of(contact, now=now)
        introductions.end_of(contact, why=EndedBy.LEFT, now=now)


def _erase(person: Person, now: datetime) -> None:
    contacts = db.session.scalars(select(Contact).where(Contact.person_id == person.id))
    for contact in contacts.all():
        service.forget(contact)
        hellos.end_of(contact, now=now)
        introductions.end_of(contact, why=EndedBy.ERASED, now=now)


def _part(person: Person, other: Person, now: datetime) -> None:
    """End what stands between two persons who are not to meet any more."""
    service.part(person.id, other.id)
    hellos.end_between(person.id, other.id, now=now)
    introductions.end_between(person.id, other.id, now=now)


def _hidden(table: str, person_id: int) -> ColumnElement[bool] | None:
    """Say which of a person's rows tell of a member whom a block hides from them."""
    if table == IntroductionAnswer.__tablename__:
        return reads.answers_hidden_by_a_block(person_id)
    column = ABOUT_ANOTHER.get(table)
    return None if column is None else reads.hidden_by_a_block(column, person_id)
