"""Where we are: the community of the path, who the caller is in it, and what they may."""

from dataclasses import replace
from typing import cast

from flask import Flask, g, request, url_for

from app.accounts.current import current_person
from app.communities import queries
from app.communities.models import Community, Contact, Membership
from app.communities.permissions import WITHOUT_CONSENT
from app.communities.queries import Standing
from app.core import policy
from app.core.errors import NotThere
from app.core.text import N_
from app.web.errors import Words, error_page
from app.web.views import here


class CommunitySuspended(Exception):
    """A member comes to a community that the site has shut; everyone else learns of nothing."""


_SUSPENDED = Words(
    N_("This community is suspended"),
    N_(
        "Whoever runs this site has shut it for now. Nothing is deleted. Ask them if it comes back."
    ),
)


def init_app(app: Flask) -> None:
    """Answer for permissions within a community; teach templates to ask."""
    policy.register_resolver(policy.Kind.MAY, _resolve)
    app.register_error_handler(CommunitySuspended, lambda _: error_page(403, _SUSPENDED))
    app.jinja_env.globals["may"] = may


def standing() -> Standing:
    """Return who the caller is in the community of the path."""
    return cast(Standing, g.standing)


def current_community() -> Community:
    """Return the community of the path."""
    return standing().community


def current_contact() -> Contact:
    """Return the caller's contact here; only for routes that ask for a member's permission."""
    contact = standing().contact
    if contact is None:
        raise NotThere
    return contact


def current_membership() -> Membership | None:
    """Return the caller's current membership here, if there is one."""
    return standing().membership


def note_unread(number: int) -> None:
    """Say how many messages are unread from now on in this request: some were just shown."""
    g.standing = replace(standing(), unread=number)


def may(permission: str) -> bool:
    """Say whether the caller may do this in the community of the path."""
    return "standing" in g and permission in standing().permissions


def _resolve(permission: str) -> None:
    person = current_person()
    slug = (request.view_args or {}).get("slug", "")
    found = queries.standing(slug, person.id if person else None)
    if found is None and person and queries.is_suspended_for(slug, person.id):
        raise CommunitySuspended
    if found is None:
        # a stranger gets the same answer as for a secret community: sign in first
        raise NotThere if person else policy.SignInFirst
    g.standing = found
    g.community, g.contact, g.membership = found.community, found.contact, found.membership
    g.permissions = found.permissions
    if permission not in found.permissions:
        _deny(found, permission, is_signed_in=person is not None)
    if found.owes_consent and permission not in WITHOUT_CONSENT:
        raise policy.AgreeFirst(url_for("communities.rules", slug=slug, next=here()))


def _deny(found: Standing, permission: str, *, is_signed_in: bool) -> None:
    """Refuse in one of three ways: sign in, the offer, or nothing is there."""
    if permission == "community.view" and "community.join" in found.permissions:
        # a private community's name and door may be seen by strangers too
        raise policy.OfferInstead(url_for("communities.join", slug=found.community.slug))
    if not is_signed_in:
        raise policy.SignInFirst
    may_knock = found.membership is None and "community.join" in found.permissions
    if may_knock and permission in queries.permissions_of("member"):
        raise policy.OfferInstead(url_for("communities.join", slug=found.community.slug))
    raise NotThere
