"""What events answers to the moments of lower floors."""

from flask import Flask

from app.accounts import hooks as of_accounts
from app.communities import hooks as of_communities
from app.events.service import leaving
from app.events.service.kinds import register_kinds


def init_app(_app: Flask) -> None:
    """Register the answers, and the kinds of mail events sends."""
    of_communities.membership_ends.register(leaving.on_membership_end)
    of_accounts.person_erased.register(leaving.on_erasure)
    register_kinds()
