"""Settings: the profile, the picture, the door; two editors lose nothing."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from app.communities import hooks, queries
from app.communities.models import Community, Joining, JoinQuestion, Visibility
from app.communities.service import settings as service
from app.communities.service.settings import Door, Profile, Question
from app.core.errors import StaleForm
from tests.communities.hands import audited, hand_of
from tests.conftest import TODAY, FixedClock
from tests.factories import make_community, make_member

PROFILE = Profile(
    name="Runners",
    purpose="We run",
    about="Every Sunday",
    visibility=Visibility.PRIVATE,
    hue=30,
    zone="Europe/Paris",
    language="fr",
    currency="usd",
)


@pytest.fixture
def changed() -> Iterator[list[int]]:
    """The ids of communities that were told to be changed."""
    told: list[int] = []

    def note(community: Community) -> None:
        told.append(community.id)

    hooks.community_changed.register(note)
    yield told
    hooks.community_changed._callbacks.remove(note)


def test_the_profile_is_saved_whole(session: Session, changed: list[int]) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="owner"))

    service.edit_profile(
        community,
        replace(PROFILE, name=" Élodie\u200b  court ", about="One\r\nTwo "),
        version=1,
        by=hand,
    )

    assert (community.name, community.about, community.version) == ("Élodie court", "One\nTwo", 2)
    assert (community.visibility, community.hue, community.zone) == (
        Visibility.PRIVATE,
        30,
        "Europe/Paris",
    )
    assert (community.language, community.currency) == ("fr", "usd")
    assert community.search_text == "elodie court we run"
    assert changed == [community.id]
    assert audited() == ["community.edited"]


def test_the_second_of_two_editors_gets_both_texts(session: Session, changed: list[int]) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="owner"))
    service.edit_profile(community, PROFILE, version=1, by=hand)

    with pytest.raises(StaleForm) as stale:
        service.edit_profile(community, replace(PROFILE, name="Walkers"), version=1, by=hand)

    assert (stale.value.theirs, stale.value.yours) == ({"name": "Runners"}, {"name": "Walkers"})
    assert (community.name, community.version) == ("Runners", 2)
    assert changed == [community.id]


def test_saving_the_same_twice_is_no_conflict(session: Session) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="owner"))
    service.edit_profile(community, PROFILE, version=1, by=hand)

    service.edit_profile(community, PROFILE, version=1, by=hand)

    assert (community.name, community.version) == ("Runners", 2)


def test_a_picture_replaces_the_last_one(session: Session, changed: list[int]) -> None:
    community = make_community(mark_key="old")
    hand = hand_of(make_member(community, role="owner"))

    service.set_mark(community, "new", by=hand)
    service.set_mark(community, None, by=hand)

    assert (community.mark_key, community.version) == (None, 3)
    assert changed == [community.id] * 2


def test_the_door_keeps_answers_to_questions_that_stay(session: Session, clock: FixedClock) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="owner"))

    def edit(*questions: Question, version: int) -> list[JoinQuestion]:
        door = Door(Joining.QUESTIONS, " Hello ", questions)
        service.edit_door(community, door, version=version, by=hand, now=TODAY)
        return queries.questions(community.id)

    first, second = edit(Question("Why?"), Question(" "), Question("Where?"), version=1)
    assert (community.joining, community.welcome) == (Joining.QUESTIONS, "Hello")
    assert (first.words, second.words, second.position) == ("Why?", "Where?", 3)

    kept, changed_one, new = edit(
        Question("Where?", is_required=False, public_id=second.public_id),
        Question("Why exactly?", public_id=first.public_id),
        Question("When?"),
        version=2,
    )

    assert (kept.id, kept.is_required, kept.position) == (second.id, False, 1)
    assert changed_one.id not in {first.id, second.id}
    assert new.words == "When?"
    assert first.retired_at == TODAY
    assert edit(version=3) == []
    assert audited() == ["community.door_changed"] * 3


def test_one_question_sent_twice_is_kept_once_under_its_id(session: Session) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="owner"))
    door = Door(Joining.QUESTIONS, "", [Question("Why?")])
    service.edit_door(community, door, version=1, by=hand, now=TODAY)
    (known,) = queries.questions(community.id)
    same = Question("Why?", public_id=known.public_id)

    service.edit_door(
        community, Door(Joining.QUESTIONS, "", [same, same]), version=2, by=hand, now=TODAY
    )

    ids = [question.id for question in queries.questions(community.id)]
    assert ids[0] == known.id
    assert len(set(ids)) == 2


def test_a_stale_door_is_told_what_changed(session: Session) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="owner"))
    service.edit_door(community, Door(Joining.APPROVAL, ""), version=1, by=hand, now=TODAY)

    with pytest.raises(StaleForm) as stale:
        service.edit_door(community, Door(Joining.OPEN, ""), version=1, by=hand, now=TODAY)

    assert stale.value.theirs == {"joining": Joining.APPROVAL}


def test_a_stale_door_overwrites_no_questions(session: Session) -> None:
    community = make_community()
    hand = hand_of(make_member(community, role="owner"))

    def save(*words: str, version: int) -> None:
        door = Door(Joining.OPEN, "", [Question(one) for one in words])
        service.edit_door(community, door, version=version, by=hand, now=TODAY)

    save("Why?", "Whence?", version=1)
    known = [question.id for question in queries.questions(community.id)]
    save("Why?", " Whence? ", "", version=1)  # the same form sent twice
    with pytest.raises(StaleForm) as stale:
        save("Why now?", version=1)

    assert stale.value.yours == {"questions": [{"words": "Why now?", "is_required": True}]}
    assert [question.id for question in queries.questions(community.id)] == known


def test_the_checklist_is_put_away_once(session: Session, clock: FixedClock) -> None:
    community = make_community()

    service.finish_checklist(community, now=TODAY)
    service.finish_checklist(community, now=clock.advance(days=1))

    assert community.checklist_done_at == TODAY
