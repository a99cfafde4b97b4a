"""Role x route x community: every cell answers as written down, and a denied one writes nothing."""

import contextlib
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.communities.models import Membership, Visibility
from app.core import audit, jobs
from app.core.database import db
from app.core.models import OutgoingMail
from tests.factories import make_person
from tests.pages import ProofreadingClient
from tests.trust.arguments import arguments_of, missing
from tests.trust.clients import client_of
from tests.trust.expected import EXCUSED, GROUP_OF, LADDER, ROLE_OF, expected
from tests.trust.routes import MISSING, Call, calls, rules
from tests.trust.wire import Answer, digest, listening, read, undone
from tests.trust.world import World, build, let_go, marker

pytestmark = pytest.mark.xdist_group("matrix")  # minutes: begun early, not last

OUTSIDE = ("anonymous", "suspended", "outsider", "left", "pending", "banned", "site_admin")
Ask = Callable[..., tuple[Answer, str, list[str]]]

FOR_FEW = ("blocked", "going", "hosts", "import", "moderators", "organizers")
FOR_NOBODY = ("facetmatching", "facetoff")
HIDDEN = {
    "member": (*FOR_FEW, *FOR_NOBODY),
    "host": ("moderators", "organizers", "import", "talk", *FOR_NOBODY),
    "moderator": ("organizers", "import", "talk", *FOR_NOBODY),
    "owner": ("blocked", "talk", *FOR_NOBODY),
    "blocked": ("apart", "talk", *FOR_NOBODY),
    **dict.fromkeys(
        ("paid", "lapsed"), ("going", "hosts", "moderators", "organizers", "talk", *FOR_NOBODY)
    ),
    **dict.fromkeys(OUTSIDE, ("members", "tag", "talk", *FOR_FEW, *FOR_NOBODY)),
}
"""Words that nobody of a persona may be shown, on whichever page or in whichever mail."""
OWN_WORDS = {
    ("pending", "communities.join"): "the answers to the questions at the door, which they gave",
    ("pending", "communities.create_membership"): "the same, beside a complaint",
    ("blocked", "accounts.blocks"): "whom they blocked, to take it back",
    ("site_admin", "communities.site_reports"): "what nobody there may judge is theirs to judge",
    ("site_admin", "communities.resolve_site_report"): "the same, beside a complaint",
    **dict.fromkeys(
        (("organizer", "home.me"), ("member", "home.me")), "all that is known about oneself"
    ),
    ("member", "communities.own_reports"): "what they reported themself",
    ("organizer", "matching.step"): "their own answers, on the form that changes them",
    **dict.fromkeys(
        (
            (owner, f"communities.{name}")
            for owner in ("organizer", "member")
            for name in (
                "card",
                "update_card",
                "create_facet",
                "remove_facet",
                "update_facet",
                "update_picture",
            )
        ),
        "their own card, which carries what others must not see",
    ),
}
"""Pages that show such words to the one who wrote them, with the reason."""


@pytest.fixture
def ask(session: Session) -> Ask:
    """Send a call; return its answer, all it showed and what it wrote, which is then undone."""

    def send(
        client: ProofreadingClient,
        call: Call,
        reader: int | None = None,
        *,
        is_kept: bool = False,
    ) -> tuple[Answer, str, list[str]]:
        with contextlib.nullcontext() if is_kept else undone(session):
            with listening() as written:
                response = client.open(call.path, method=call.method, **call.sent)
            shown = [response.get_data().decode(errors="replace"), str(response.headers)]
            return read(response), "\n".join(shown + mails_to(reader)), written.harmful

    return send


def mails_to(reader: int | None) -> list[str]:
    """Return the words of every mail that waits for a person."""
    return list(db.session.scalars(_MAILS_TO, {"reader": reader})) if reader else []


_MAILS_TO = select(
    func.concat_ws(
        " ",
        OutgoingMail.from_name,
        OutgoingMail.subject,
        OutgoingMail.text_body,
        OutgoingMail.html_body,
    )
).where(OutgoingMail.person_id == bindparam("reader"))


def test_every_route_is_classified(app: Flask) -> None:
    assert {rule.endpoint for rule in rules(app)} - set(GROUP_OF) == set()
    assert set(GROUP_OF) - {rule.endpoint for rule in rules(app)} == set()


# Inside, visibility changes nothing: the ladder is climbed once.
WORLDS = [(Visibility.PRIVATE, (*LADDER, *ROLE_OF))]
WORLDS += [(v, OUTSIDE) for v in Visibility if v is not Visibility.UNLISTED]
"""Each world is built once, and asked by several personas in turn: what they do is undone."""


ASKED_ONCE = {"own", "person", "site"}
"""Groups of routes that know no community: asked where it is private only."""


def asked_of(persona: str, visibility: Visibility) -> set[str]:
    """Return the endpoints that a cell asks."""
    left_out = ASKED_ONCE if visibility is not Visibility.PRIVATE else set()
    if persona in {"paid", "lapsed"}:  # in everything else they are members
        left_out = {*ASKED_ONCE, "anyone", "token"}
    return {endpoint for endpoint, group in GROUP_OF.items() if group not in left_out}


@pytest.mark.parametrize(("visibility", "personas"), WORLDS)
def test_each_cell_answers_as_written(
    app: Flask, session: Session, ask: Ask, visibility: Visibility, personas: tuple[str, ...]
) -> None:
    world = build(visibility=visibility)
    let_go()
    wrong = [
        f"{persona}: {fault}"
        for persona in personas
        for fault in cell(app, session, ask, world, persona, visibility)
    ]
    assert not wrong, "\n".join(wrong)


def cell(
    app: Flask, session: Session, ask: Ask, world: World, persona: str, visibility: Visibility
) -> list[str]:
    """Send what a persona may send in a world, and undo it; return what is wrong."""
    person = world.person(persona)
    reader = person.id if person else None
    client_of(app, world, persona)  # signs in before anything is compared
    wrong: list[str] = []
    denied: dict[bool, list[Call]] = {True: [], False: []}
    for call in calls(app, arguments_of(world.a, world), only=asked_of(persona, visibility)):
        denied[expected(persona, call.endpoint, visibility) is not Answer.IN].append(call)
    with undone(session):
        before = digest()
        for call in denied[True]:
            asked = ask(client_of(app, world, persona), call, reader, is_kept=True)
            wrong += faults(persona, call, visibility, asked)
        after = digest()
        wrong += [f"refused requests changed {one}" for one in before if before[one] != after[one]]
    for call in denied[False]:
        asked = ask(client_of(app, world, persona), call, reader)
        wrong += faults(persona, call, visibility, asked)
    return wrong


def faults(
    persona: str, call: Call, visibility: Visibility, asked: tuple[Answer, str, list[str]]
) -> list[str]:
    """Name what is wrong with an answer: another than written, a write, words for others."""
    endpoint, (answer, body, harm) = call.endpoint, asked
    wanted, wrong = expected(persona, endpoint, visibility), []
    if answer is not wanted and not _is_excused(answer, wanted, endpoint):
        wrong.append(f"{call.method} {endpoint}: {answer}, not {wanted}")
    if wanted is not Answer.IN and harm:
        wrong.append(f"{call.method} {endpoint} wrote although denied: {harm[:2]}")
    if "ownbeta" in body and GROUP_OF[endpoint] != "site":
        wrong.append(f"{endpoint} shows words of the other community")
    if GROUP_OF[endpoint] == "token":
        return wrong  # the page of whoever holds the secret, whatever else they are
    return wrong + [
        f"{endpoint} shows words of {seen_by} to the {persona}"
        for seen_by in HIDDEN.get(persona, FOR_NOBODY)
        if marker("alpha", seen_by) in body and (persona, endpoint) not in OWN_WORDS
    ]


def _is_excused(answer: Answer, wanted: Answer, endpoint: str) -> bool:
    """Within reach a row may still be missing; the reasons stand beside the table."""
    is_spent = GROUP_OF[endpoint] == "token" and answer is Answer.NOTHING
    is_blank = endpoint == "communities.mark" and answer is Answer.NOTHING
    return is_blank or (wanted is Answer.IN and (is_spent or answer in EXCUSED.get(endpoint, ())))


@pytest.mark.parametrize("persona", ["member", "owner"])
def test_nobody_reaches_the_other_community(app: Flask, ask: Ask, persona: str) -> None:
    world = build()
    let_go()
    wrong = []
    for call in calls(app, arguments_of(world.b, world), only=set(GROUP_OF)):
        if not call.path.startswith("/c/"):
            continue
        answer, body, harm = ask(client_of(app, world, persona), call)
        wanted = expected("outsider", call.endpoint, Visibility.PRIVATE)
        if answer is not wanted and not _is_excused(answer, wanted, call.endpoint):
            wrong.append(f"{call.method} {call.endpoint}: {answer}, not {wanted}")
        if wanted is not Answer.IN and harm:
            wrong.append(f"{call.method} {call.endpoint} wrote although denied")
        if GROUP_OF[call.endpoint] == "token":
            continue  # the page of whoever holds the secret: a buyer's name is on their receipt
        if "ownbetamembers" in body or "ownbetamoderators" in body:
            wrong.append(f"{call.endpoint} leaks the other community")
    assert not wrong, "\n".join(wrong)


def test_a_row_of_the_other_community_is_as_missing_as_one_that_never_was(
    app: Flask, ask: Ask
) -> None:
    world = build()
    let_go()
    own, other = arguments_of(world.a, world), arguments_of(world.b, world)
    foreign = {**other, "slug": world.a.slug}
    none = {**missing(own), "slug": world.a.slug}
    checked, wrong = 0, []
    pairs = zip(
        calls(app, foreign, only=set(GROUP_OF)),
        calls(app, none, only=set(GROUP_OF)),
        strict=True,
    )
    for theirs, nobodys in pairs:
        if GROUP_OF[theirs.endpoint] == "token" or theirs.path == nobodys.path:
            continue
        client = client_of(app, world, "owner")
        swapped, absent = ask(client, theirs), ask(client, nobodys)
        checked += 1
        if swapped[0] is not absent[0] or swapped[0] is Answer.IN or swapped[2]:
            wrong.append(f"{theirs.method} {theirs.endpoint}: {swapped[0]} beside {absent[0]}")
        if "ownbeta" in swapped[1]:
            wrong.append(f"{theirs.endpoint} leaks the other community's row")
    assert checked > 20
    assert not wrong, "\n".join(wrong)


SIDES = [(Visibility.PUBLIC, OUTSIDE), (Visibility.UNLISTED, ("anonymous",))]


@pytest.mark.parametrize(("visibility", "personas"), SIDES)
def test_an_event_for_members_is_as_missing_to_others_as_one_that_never_was(
    app: Flask, ask: Ask, visibility: Visibility, personas: tuple[str, ...]
) -> None:
    world = build(visibility=visibility)
    let_go()
    own = arguments_of(world.a, world)
    hidden = {**own, "event_id": world.a.rows["members_event"].public_id}
    of_events = {one for one in GROUP_OF if one.startswith("events.")}
    pairs = [
        (theirs, nobodys)
        for theirs, nobodys in zip(
            calls(app, hidden, only=of_events),
            calls(app, {**own, "event_id": MISSING}, only=of_events),
            strict=True,
        )
        if theirs.path != nobodys.path
    ]
    assert len(pairs) > 15
    wrong = []
    for persona in personas:
        client = client_of(app, world, persona)
        for theirs, nobodys in pairs:
            seen, absent = ask(client, theirs), ask(client, nobodys)
            named = f"{theirs.method} {theirs.endpoint} by {persona}"
            if seen[0] is not absent[0] or seen[2]:
                wrong.append(f"{named}: {seen[0]} beside {absent[0]}")
            if marker("alpha", "members") in seen[1]:
                wrong.append(f"{named} shows the event")
    assert not wrong, "\n".join(wrong)


def test_a_role_that_ends_ends_with_the_next_request(app: Flask, ask: Ask) -> None:
    world = build()
    let_go()
    desk = Call("home.desk", "GET", f"/c/{world.a.slug}/desk")
    above = {one for one, group in GROUP_OF.items() if group in LADDER[1:]}
    denied = list(calls(app, arguments_of(world.a, world), only=above))
    assert len(denied) > 120
    for persona in LADDER[1:]:
        client, wrong = client_of(app, world, persona), []
        assert ask(client, desk)[0] is Answer.IN
        _give_role(world.a.people[persona].id, "member")
        before = digest()
        for call in denied:
            wrong += faults("member", call, Visibility.PRIVATE, ask(client, call, is_kept=True))
        assert not wrong, "\n".join(wrong)
        assert digest() == before
        _give_role(world.a.people[persona].id, persona)  # the control: only the role was in the way
        assert ask(client, desk)[0] is Answer.IN


def _give_role(contact_id: int, role: str) -> None:
    db.session.execute(
        update(Membership).where(Membership.contact_id == contact_id).values(role_key=role)
    )
    db.session.commit()


def test_a_row_that_a_refused_request_left_would_be_noticed(session: Session) -> None:
    before = digest()
    with listening() as written:
        audit.record("site.seen", actor=make_person())
        jobs.defer("core.delete_file", key="none")
    after = digest()
    changed = {table for table in before if before[table] != after[table]}
    assert {"audit_entry", "procrastinate_jobs"} <= changed
    assert len(written.harmful) >= 3  # a person with an address, the look, the job
