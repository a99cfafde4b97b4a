"""Roles: given below one's own rank; the ownership passed on; no community without an owner."""

import pytest
from sqlalchemy.orm import Session

from app.communities import queries
from app.communities.permissions import BUILT_IN
from app.communities.service import memberships
from app.communities.service import roles as service
from app.communities.service.refusals import LastOwner, NotAMember, OutOfRank, RoleTooHigh
from tests.communities.hands import audited, hand_of, period_of
from tests.conftest import TODAY
from tests.factories import make_community, make_contact, make_member, make_membership

RANKS = ["member", "host", "moderator", "organizer", "owner"]


@pytest.mark.parametrize("actor", RANKS)
@pytest.mark.parametrize("held", RANKS)
@pytest.mark.parametrize("role", RANKS)
def test_roles_are_given_only_below_ones_own_to_people_below(
    session: Session, actor: str, held: str, role: str
) -> None:
    community = make_community()
    acting, target = make_member(community, role=actor), make_member(community, role=held)
    own, rank, wanted = (RANKS.index(one) for one in (actor, held, role))

    def give() -> None:
        service.assign_role(period_of(target), role, by=hand_of(acting))

    if wanted >= own:
        with pytest.raises(RoleTooHigh):
            give()
    elif rank >= own:
        with pytest.raises(OutOfRank):
            give()
    else:
        give()
        assert period_of(target).role_key == role
        assert audited() == ["role.assigned"]


def test_an_unknown_role_is_no_role(session: Session) -> None:
    community = make_community()
    owner, member = make_member(community, role="owner"), make_member(community)

    with pytest.raises(RoleTooHigh):
        service.assign_role(period_of(member), "emperor", by=hand_of(owner))


def test_anyone_may_step_down_but_the_last_owner(session: Session) -> None:
    community = make_community()
    owner, host = make_member(community, role="owner"), make_member(community, role="host")
    service.assign_role(period_of(host), "member", by=hand_of(host))
    assert period_of(host).role_key == "member"
    with pytest.raises(LastOwner):
        service.assign_role(period_of(owner), "organizer", by=hand_of(owner))

    make_member(community, role="owner")
    service.assign_role(period_of(owner), "organizer", by=hand_of(owner))

    assert period_of(owner).role_key == "organizer"


def test_someone_who_left_gets_no_role(session: Session) -> None:
    community = make_community()
    owner, member = make_member(community, role="owner"), make_member(community)
    memberships.leave(period_of(member), now=TODAY)

    with pytest.raises(NotAMember):
        service.assign_role(period_of(member), "host", by=hand_of(owner))
    with pytest.raises(NotAMember):
        service.transfer_ownership(period_of(member), by=hand_of(owner))


def test_the_ownership_is_passed_on_whole(session: Session) -> None:
    community = make_community()
    owner, member = make_member(community, role="owner"), make_member(community)

    service.transfer_ownership(period_of(member), by=hand_of(owner))

    assert (period_of(member).role_key, period_of(owner).role_key) == ("owner", "organizer")
    assert audited() == ["role.assigned", "role.assigned"]


def test_only_an_owner_passes_the_ownership_on_and_not_to_themselves(session: Session) -> None:
    community = make_community()
    owner, organizer = (
        make_member(community, role="owner"),
        make_member(community, role="organizer"),
    )
    with pytest.raises(RoleTooHigh):
        service.transfer_ownership(period_of(owner), by=hand_of(owner))
    with pytest.raises(RoleTooHigh):
        service.transfer_ownership(period_of(organizer), by=hand_of(organizer))
    with pytest.raises(RoleTooHigh):
        service.transfer_ownership(period_of(owner), by=hand_of(organizer))

    assert period_of(owner).role_key == "owner"


def test_the_rows_of_the_permission_map_are_the_built_in_ones(session: Session) -> None:
    rows = {role.key: (role.rank, role.permissions) for role in queries.roles()}

    assert rows == BUILT_IN
    assert [role.key for role in queries.roles()] == RANKS[::-1]
    assert queries.ranks() == {key: rank for key, (rank, _) in BUILT_IN.items()}


def test_a_role_counts_from_the_next_look_on(session: Session) -> None:
    community = make_community()
    owner, member = make_member(community, role="owner"), make_member(community)

    def may(permission: str) -> bool:
        standing = queries.standing(community.slug, member.person_id)
        assert standing
        return permission in standing.permissions

    assert not may("events.manage")
    service.assign_role(period_of(member), "host", by=hand_of(owner))
    assert may("events.manage")
    service.assign_role(period_of(member), "member", by=hand_of(owner))
    assert not may("events.manage")


def test_holders_are_listed_from_the_top_without_plain_members(session: Session) -> None:
    community = make_community()
    host, owner = make_member(community, role="host"), make_member(community, role="owner")
    make_member(community)
    make_member(make_community(), role="owner")

    held = queries.holders(community.id, owner.person_id or 0)

    assert [(one.contact, one.membership.role_key) for one in held] == [
        (owner, "owner"),
        (host, "host"),
    ]


def test_a_successor_has_an_account_and_the_highest_role(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    imported = make_contact(community)
    session.flush()
    assert queries.successor(community.id, period_of(owner)) is None
    make_membership(imported, role="organizer")
    assert queries.successor(community.id, period_of(owner)) is None
    member, host = make_member(community), make_member(community, role="host")
    assert queries.successor(community.id, period_of(owner)) == period_of(host)
    memberships.leave(period_of(host), now=TODAY)
    assert queries.successor(community.id, period_of(owner)) == period_of(member)
