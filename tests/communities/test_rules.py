"""Rules: versions, consent, and who is asked."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.communities import queries
from app.communities.models import Community, Contact, RulesConsent, RulesVersion
from app.communities.service import rules as service
from app.communities.service.refusals import RulesMissing, RulesNotAccepted, RulesUnchanged
from app.communities.service.rules import Draft
from app.core.errors import StaleForm
from app.core.jobs import run_pending
from tests.communities.hands import audited, hand_of, last_mail, mails
from tests.conftest import TODAY, FixedClock
from tests.factories import make_community, make_member


def publish(
    community: Community, owner: Contact, *drafts: Draft, based_on: int = 0, note: str = ""
) -> RulesVersion:
    return service.publish_rules(
        community, drafts, note=note, based_on=based_on, by=hand_of(owner), now=TODAY
    )


def test_the_first_version_is_number_one_and_its_author_agrees(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")

    version = publish(
        community, owner, Draft(" Be kind ", " Always.\r\n"), Draft(" ", "no title"), Draft("Brief")
    )

    assert version.number == 1
    assert [(rule.position, rule.title, rule.words) for rule in version.rules] == [
        (1, "Be kind", "Always."),
        (2, "Brief", ""),
    ]
    rows = queries.consent_log(version, owner.person_id or 0)
    assert [(row.contact, row.consented_at) for row in rows] == [(owner, TODAY)]
    assert audited() == ["rules.published"]


def test_a_change_is_a_new_version_and_the_old_one_stays(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    publish(community, owner, Draft("Be kind"))

    second = publish(community, owner, Draft("Be brief"), based_on=1, note=" Shorter ")

    assert (second.number, second.note) == (2, "Shorter")
    assert [(row.version.number, row.consents) for row in queries.rules_history(community.id)] == [
        (2, 1),
        (1, 1),
    ]
    first = queries.rules_numbered(community.id, 1)
    assert first
    assert [rule.title for rule in first.rules] == ["Be kind"]
    assert queries.rules_numbered(community.id, 3) is None
    assert queries.newest_rules(community.id) is second


def test_rules_need_words_and_a_change(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    with pytest.raises(RulesMissing):
        publish(community, owner, Draft(" \u200b "))
    publish(community, owner, Draft("Be kind"))

    with pytest.raises(RulesUnchanged):
        publish(community, owner, Draft("Be kind "), based_on=1)


def test_the_second_of_two_editors_gets_both_texts(session: Session) -> None:
    community = make_community()
    owner = make_member(community, role="owner")
    publish(community, owner, Draft("Be kind", "Always"))

    with pytest.raises(StaleForm) as stale:
        publish(community, owner, Draft("Be brief"), Draft("Be on time"), based_on=0)

    assert stale.value.theirs == {"rules": [{"title": "Be kind", "words": "Always"}]}
    assert stale.value.yours == {
        "rules": [{"title": "Be brief", "words": ""}, {"title": "Be on time", "words": ""}]
    }


def test_consent_is_kept_once_and_only_to_what_was_read(session: Session) -> None:
    community = make_community()
    owner, member = make_member(community, role="owner"), make_member(community)
    service.consent(member, agrees_to=None, now=TODAY)  # nothing to agree to yet
    publish(community, owner, Draft("Be kind"))
    for wrong in (None, 0, 2):
        with pytest.raises(RulesNotAccepted):
            service.consent(member, agrees_to=wrong, now=TODAY)

    service.consent(member, agrees_to=1, now=TODAY)
    service.consent(member, agrees_to=1, now=TODAY)

    assert session.scalar(select(func.count()).select_from(RulesConsent)) == 2
    assert queries.members_to_ask(queries.newest_rules(community.id)) == []  # type: ignore[arg-type]


def test_every_member_who_has_not_agreed_is_asked_by_mail_once(
    app: Flask, session: Session
) -> None:
    community = make_community()
    owner, member, quick = (
        make_member(community, role=role) for role in ("owner", "member", "host")
    )
    publish(community, owner, Draft("Be kind"), note="We grew")
    service.consent(quick, agrees_to=1, now=TODAY)
    session.commit()

    assert run_pending(app).count("communities.tell_rules_changed") == 1

    assert mails() == [("communities.rules_changed", member.id)]
    assert "We grew" in last_mail().text_body


def test_rules_that_changed_again_are_not_mailed(app: Flask, session: Session) -> None:
    community = make_community()
    owner, member = make_member(community, role="owner"), make_member(community)
    publish(community, owner, Draft("Be kind"))
    publish(community, owner, Draft("Be brief"), based_on=1)
    session.commit()

    run_pending(app)

    assert mails() == [("communities.rules_changed", member.id)]


def test_a_member_owes_consent_until_they_give_it(session: Session, clock: FixedClock) -> None:
    community = make_community()
    owner, member = make_member(community, role="owner"), make_member(community)

    def owes(contact: Contact) -> bool:
        standing = queries.standing(community.slug, contact.person_id)
        assert standing
        return standing.owes_consent

    assert not owes(member)
    publish(community, owner, Draft("Be kind"))
    assert (owes(owner), owes(member)) == (False, True)
    service.consent(member, agrees_to=1, now=clock.now)
    assert not owes(member)
