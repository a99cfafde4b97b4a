"""Secret links that are forged, foreign, spent or too old open nothing and write nothing."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app.accounts.models import TokenPurpose
from app.communities.models import Visibility
from app.core import clock as core_clock
from app.core.tokens import new_token
from app.events.service import claims, feeds
from tests.conftest import FixedClock
from tests.pages import ProofreadingClient
from tests.trust.arguments import CLAIM, LINKS, ORDERS, arguments_of, mailed_link
from tests.trust.expected import GROUP_OF
from tests.trust.routes import calls
from tests.trust.staged import setup_form
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


def secrets_of(world: World) -> dict[str, str]:
    """Return the secret that opens each page behind one, by the name of its argument."""
    own = arguments_of(world.a, world)
    return {f"{name}:token": own.get(f"{name}:token", own["token"]) for name in BEHIND_SECRETS}


@pytest.mark.parametrize("step", [1, 4])
def test_a_secret_made_for_something_else_opens_nothing(
    app: Flask, session: Session, step: int
) -> None:
    world = build(visibility=Visibility.PUBLIC)
    own = secrets_of(world)
    sorts = sorted(set(own.values()), key=list(own.values()).index)
    assert len(sorts) > 10
    others = {name: sorts[(sorts.index(token) + step) % len(sorts)] for name, token in own.items()}
    asked, wrong = refused(app, world, others)
    assert asked >= len(BEHIND_SECRETS)
    assert wrong == []


def test_a_link_to_free_tickets_ends(app: Flask, session: Session, clock: FixedClock) -> None:
    world = build(visibility=Visibility.PUBLIC)
    own = secrets_of(world)
    pages = {f"{name}:token": own[f"{name}:token"] for name in CLAIM}
    (token,) = set(pages.values())
    clock.advance(seconds=claims.GOOD_FOR)
    assert app.test_client().get(f"/tickets/claim/{token}").status_code == 200
    clock.advance(seconds=1)
    assert refused(app, world, pages) == (2, [])


def test_the_secrets_of_the_first_start_and_of_a_feed_end(app: Flask, session: Session) -> None:
    world = build(visibility=Visibility.PUBLIC)
    setup = setup_form(app, world).action.rpartition("/")[2]
    feed = feeds.open_feed(world.outsider, now=core_clock.now())
    session.commit()
    assert app.test_client().get(f"/setup/{setup}").status_code == 200
    assert app.test_client().get(f"/calendar/{feed}.ics").status_code == 200
    world.site_admin.is_site_admin = True
    feeds.close_feed(world.outsider, now=core_clock.now())
    session.commit()
    pages = dict.fromkeys(("accounts.setup:token", "accounts.create_setup:token"), setup)
    assert refused(app, world, {**pages, "events.feed:token": feed}) == (3, [])


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
    before = core_clock.now() - timedelta(seconds=1)
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
