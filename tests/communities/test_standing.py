"""Who someone is in a community and what they may."""

from sqlalchemy.orm import Session

from app.communities.queries import standing
from tests.factories import make_community, make_member, make_rules


def test_consent_is_owed_to_the_rules_of_this_community_only(session: Session) -> None:
    ours, theirs = make_community(), make_community()
    member = make_member(ours)
    make_rules(ours, agreed=(member,))
    make_rules(theirs)  # newer than ours, and none of our members' business
    found = standing(ours.slug, member.person_id)
    assert found is not None
    assert not found.owes_consent
    make_rules(ours)
    found = standing(ours.slug, member.person_id)
    assert found is not None
    assert found.owes_consent
