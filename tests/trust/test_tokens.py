"""Secret links that are forged, foreign, spent or too old open nothing and write nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import TokenPurpose
from app.communities.models import Visibility
from app.core import clock
from app.core.tokens import new_token
from tests.pages import ProofreadingClient
from tests.trust.arguments import LINKS, ORDERS, SEAT, arguments_of, mailed_link
from tests.trust.expected import GROUP_OF
from tests.trust.routes import calls
from tests.trust.wire import Answer, listening, read
from tests.trust.world import World, build

BEHIND_SECRETS = {name for name, group in GROUP_OF.items() if group == "token"}


def refused(app: Flask, world: World, tokens: dict[str, str]) -> tuple[int, list[str]]:
    """Open pages with other secrets; return how many there were, and what was not refused."""
    arguments = arguments_of(world.a, world) | tokens
    wrong, asked = [], list(calls(app, arguments, only={one.split(":")[0] for one in tokens}))
    for call in asked:
        client = app.test_client()
        with listening() as written:
            response = client.open(call.path, method=call.method)
        is_refused = response.status_code in {404, 410} or read(response) is Answer.SIGN_IN
        if not is_refused or written.harmful:
            wrong.append(f"{call.method} {call.endpoint}: {response.status_code}")
    return len(asked), wrong


def test_a_forged_secret_opens_nothing(app: Flask, session: Session) -> None:
    world = build(visibility=Visibility.PUBLIC)
    tokens = {f"{name}:token": new_token() for name in BEHIND_SECRETS}
    asked, wrong = refused(app, world, tokens)
    assert asked > 20
    assert wrong == []


def test_a_secret_made_for_something_else_opens_nothing(app: Flask, session: Session) -> None:
    world = build(visibility=Visibility.PUBLIC)
    own = arguments_of(world.a, world)
    others: dict[tuple[str, ...], str] = {SEAT: own["communities.invitation:token"]}
    others |= dict.fromkeys(LINKS.values(), own["events.seat:token"])
    others |= {
        ("communities.invitation", "communities.accept_invitation"): own["home.unsubscribe:token"],
        ("communities.show_claim", "communities.create_claim"): own["events.seat:token"],
        ("home.unsubscribe", "home.create_unsubscribe"): own["communities.show_claim:token"],
    }
    tokens = {f"{name}:token": token for pages, token in others.items() for name in pages}
    asked, wrong = refused(app, world, tokens)
    assert asked > 15
    assert wrong == []


def test_the_other_communitys_claim_opens_nothing_here(app: Flask, session: Session) -> None:
    world = build(visibility=Visibility.PUBLIC)
    theirs = arguments_of(world.b, world)["communities.show_claim:token"]
    pages = ("communities.show_claim:token", "communities.create_claim:token")
    assert refused(app, world, dict.fromkeys(pages, theirs)) == (2, [])


def test_the_other_communitys_order_opens_nothing_here(app: Flask, session: Session) -> None:
    world = build(visibility=Visibility.PUBLIC)
    theirs = arguments_of(world.b, world)["billing.order:token"]
    pages = {f"{name}:token": theirs for name in ORDERS}
    asked, wrong = refused(app, world, pages)
    assert (asked, wrong) == (len(ORDERS), [])
    at_home = app.test_client().get(f"/c/{world.b.slug}/orders/{theirs}/receipt")
    assert at_home.status_code == 200  # a control


@pytest.mark.parametrize("purpose", list(LINKS))
@pytest.mark.parametrize("ended", ["expires_at", "used_at"])
def test_a_mailed_link_ends(
    app: Flask, session: Session, purpose: TokenPurpose, ended: str
) -> None:
    world = build()
    before = clock.now() - timedelta(seconds=1)
    token = mailed_link(purpose, world.outsider, **{ended: before})
    tokens = {f"{name}:token": token for name in LINKS[purpose]}
    assert refused(app, world, tokens) == (2, [])


@pytest.mark.parametrize("purpose", list(LINKS))
def test_a_link_that_has_not_ended_opens_its_page(
    client: ProofreadingClient, purpose: TokenPurpose
) -> None:
    world = build()
    path = {
        TokenPurpose.SIGN_UP: "/sign-up",
        TokenPurpose.RESET: "/password",
        TokenPurpose.MAGIC: "/sign-in/link",
        TokenPurpose.ADD_EMAIL: "/address",
    }[purpose]
    token = mailed_link(purpose, world.outsider)
    assert client.get(f"{path}/{token}").status_code == 200
