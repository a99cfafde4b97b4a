"""The team: marked on the desk by organizers, audited, and out of the health numbers."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.analytics.queries.report import report
from app.communities.models import Community, Contact
from app.communities.service.team import mark_team
from app.core.models import AuditEntry
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_member, person_of, sign_in
from tests.pages import ProofreadingClient


@pytest.fixture
def community(session: Session) -> Community:
    return make_community(slug="lantern")


def path_of(contact: Contact) -> str:
    return f"/c/lantern/desk/members/{contact.public_id}"


def actions(session: Session) -> list[tuple[str, int | None]]:
    rows = session.execute(
        select(AuditEntry.action, AuditEntry.actor_id)
        .where(AuditEntry.action.like("contact.team%"))
        .order_by(AuditEntry.id)
    )
    return [(row[0], row[1]) for row in rows]


def jobs_of(session: Session, community: Community) -> int:
    asked = text(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'analytics.restate'"
        " AND args ->> 'community_id' = :here"
    )
    return int(session.scalar(asked, {"here": str(community.id)}) or 0)


def test_the_switch_moves_the_numbers_there_and_back(
    session: Session, client: ProofreadingClient, community: Community
) -> None:
    organizer = make_member(community, role="organizer", is_team=True)
    ada = make_member(community, name="Ada")
    sign_in(client, organizer)
    seen = []
    for word, button in (("yes", "Count as team"), ("no", "Count like everyone else")):
        assert button in client.get(path_of(ada)).text
        seen.append(members(community))
        answer = client.post(f"{path_of(ada)}/team", data={"is_team": word})
        assert (answer.status_code, answer.location) == (303, path_of(ada))
    assert [*seen, members(community)] == [(1, 2), (0, 2), (1, 2)]
    by = organizer.person_id
    assert actions(session) == [("contact.team_marked", by), ("contact.team_unmarked", by)]


def members(community: Community) -> tuple[int, int]:
    """Return how many members there are without the team, and with it."""
    without, with_team = (
        report(community, TODAY, with_team=asked).this.people.members for asked in (False, True)
    )
    return without, with_team


def test_a_mark_that_is_there_changes_nothing(session: Session, community: Community) -> None:
    contact, by = make_contact(community), person_of(make_member(community))
    assert mark_team(contact, is_team=True, by=by)
    assert not mark_team(contact, is_team=True, by=by)
    assert len(actions(session)) == 1


def test_who_did_something_has_the_past_counted_anew(
    session: Session, community: Community
) -> None:
    quiet, by = make_contact(community), person_of(make_member(community))
    mark_team(quiet, is_team=True, by=by)
    assert jobs_of(session, community) == 0
    session.execute(
        text(
            "INSERT INTO activity_last (community_id, contact_id, first_on, last_on)"
            " VALUES (:here, :who, '2026-01-01', '2026-02-01')"
        ),
        {"here": community.id, "who": quiet.id},
    )
    mark_team(quiet, is_team=False, by=by)
    assert jobs_of(session, community) == 1


def test_a_moderator_reads_the_mark_and_has_no_switch(
    client: ProofreadingClient, community: Community
) -> None:
    marked, other = make_member(community, is_team=True), make_member(community)
    sign_in(client, make_member(community, role="moderator"))
    assert "Counts as team" in client.get(path_of(marked)).text
    assert "Count like everyone else" not in client.get(path_of(marked)).text
    assert "In the numbers" not in client.get(path_of(other)).text
    assert client.post(f"{path_of(other)}/team", data={"is_team": "yes"}).status_code == 404
