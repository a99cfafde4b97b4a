"""Who may: every route declares its policy, or the app does not start."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue

from app.core.errors import NotThere

View = TypeVar("View", bound=Callable[..., Any])


class Kind(StrEnum):
    """The sorts of policy a route can have."""

    PUBLIC = "public"  # anyone, the same for all
    SIGNED_IN = "signed_in"  # any person of this installation
    SITE_ADMIN = "site_admin"  # who runs this installation
    MAY = "may"  # a permission within the community of the path
    SIGNED = "signed"  # a secret in the link authorises; the view verifies it


@dataclass(frozen=True)
class Policy:
    """What a route asks of whoever calls it."""

    kind: Kind
    permission: str = ""
    shortcut: "Shortcut | None" = None


Shortcut = Callable[[], ResponseReturnValue | None]
"""Decides for strangers on its own, in one statement; None leaves it to the resolver."""


class SignInFirst(Exception):
    """The caller is nobody yet: send them to the sign-in page, existing row or not."""


class OfferInstead(Exception):
    """The caller may join (or buy) this: send them to the offer."""

    def __init__(self, url: str) -> None:
        self.url = url
        super().__init__(url)


class AgreeFirst(OfferInstead):
    """The caller may do this once they have agreed to the rules: send them there, and back."""


Resolver = Callable[[str], None]
"""Called with the permission; raises SignInFirst, OfferInstead or NotThere to deny."""

_resolvers: dict[Kind, Resolver] = {}

THIRD_PARTY = {"static": "hashed files of ours, the same for all"}
"""Endpoints that a library registers and that carry no decorator of ours, with the reason."""


def _declare(policy: Policy) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.__policy__ = policy  # type: ignore[attr-defined]  # functions carry attributes
        return view

    return mark


public = _declare(Policy(Kind.PUBLIC))
signed_in = _declare(Policy(Kind.SIGNED_IN))
site_admin = _declare(Policy(Kind.SITE_ADMIN))
signed = _declare(Policy(Kind.SIGNED))


def may(permission: str, *, shortcut: Shortcut | None = None) -> Callable[[View], View]:
    """Ask for a permission in the community named by the path's `slug`.

    `shortcut` may answer a stranger before the resolver is asked: it judges for itself.
    """
    return _declare(Policy(Kind.MAY, permission, shortcut))


def register_resolver(kind: Kind, resolver: Resolver) -> None:
    """Let a feature answer for one kind of policy."""
    _resolvers[kind] = resolver


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """Return the declared policy of an endpoint, or None for the third-party table."""
    return getattr(app.view_functions[endpoint], "__policy__", None)


def permissions_asked(app: Flask) -> set[str]:
    """Return every permission that some route asks for."""
    found = (policy_of(app, rule.endpoint) for rule in app.url_map.iter_rules())
    return {policy.permission for policy in found if policy and policy.permission}


def init_app(app: Flask) -> None:
    """Enforce the declared policy before every view."""
    app.before_request(_enforce)


def take_shortcut() -> ResponseReturnValue | None:
    """Answer a stranger from a kept page, before anything else is asked or counted."""
    policy = policy_of(current_app, request.endpoint) if request.endpoint else None
    return policy.shortcut() if policy and policy.shortcut else None


def check_every_route(app: Flask) -> None:
    """Refuse to start when a route has no policy or a policy has no resolver.

    Raises RuntimeError naming the endpoint.
    """
    for rule in app.url_map.iter_rules():
        policy = policy_of(app, rule.endpoint)
        if policy is None and rule.endpoint not in THIRD_PARTY:
            text = f"the route {rule.rule} ({rule.endpoint}) declares no policy"
            raise RuntimeError(text)
        if policy and policy.kind not in {Kind.PUBLIC, Kind.SIGNED, *_resolvers}:
            text = f"nothing resolves the policy {policy.kind} of {rule.endpoint}"
            raise RuntimeError(text)


def _enforce() -> ResponseReturnValue | None:
    if request.endpoint is None:  # no such path: Flask answers 404 itself
        return None
    policy = policy_of(current_app, request.endpoint)
    g.policy = policy
    if policy is None:
        if request.endpoint not in THIRD_PARTY:
            raise NotThere
        return None
    if policy.kind in _resolvers:
        _resolvers[policy.kind](policy.permission)
    return None
