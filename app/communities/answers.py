"""What communities do when an account changes: claim cards, end memberships."""

from datetime import datetime

from flask import Flask

from app.accounts import hooks
from app.accounts.models import Person, PersonEmail
from app.communities.hooks import register_import
from app.communities.service.contacts import claim_by_address, mark_erased
from app.communities.service.imports import ActivitiesWork, MembersWork
from app.communities.service.succession import end_all_memberships
from app.communities.service.suspension import suspend
from app.communities.service.thanks import forget_reasons
from app.core import clock


def init_app(_app: Flask) -> None:
    """Attend to the moments of accounts."""
    hooks.address_verified.register(_claim_cards)
    hooks.person_erased.register(_end_memberships)
    hooks.suspend_community.register(suspend)
    register_import(MembersWork())
    register_import(ActivitiesWork())


def _claim_cards(address: PersonEmail) -> None:
    """Give the person the cards that carry an address they have just proved."""
    claim_by_address(address, now=clock.now())


def _end_memberships(person: Person, now: datetime) -> None:
    """End what the person belongs to; their cards are blanked by the columns' own rules."""
    end_all_memberships(person, now=now)
    forget_reasons(person)
    mark_erased(person, now=now)
