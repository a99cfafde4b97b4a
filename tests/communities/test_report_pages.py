"""The pages of care: reporting, the queue, blocking from a card."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Block, Person
from app.communities import hooks
from app.communities.models import (
    Ban,
    Community,
    Contact,
    Outcome,
    Report,
    ReportSubject,
)
from app.communities.queries import reports as reads
from app.communities.service import reports
from app.communities.service.reports import (
    Complaint,
    Decision,
)
from app.core.errors import NotThere
from app.core.models import OutgoingMail
from tests.communities.people import hand_of, say
from tests.conftest import FixedClock
from tests.factories import (
    make_community,
    make_contact,
    make_member,
    make_person,
    make_rules,
    sign_in,
)
from tests.pages import ProofreadingClient


class Scene:
    """A community with two moderators, someone who reports and someone reported."""

    def __init__(self, clock: FixedClock) -> None:
        self.clock = clock
        self.community: Community = make_community()
        self.owner = make_member(self.community, role="owner", name="Owner")
        self.moderator = make_member(self.community, role="moderator", name="Moderator")
        self.reporter = make_member(self.community, name="Reporter")
        self.about = make_member(self.community, name="Rude Person")

    def report(self, about: Contact | None = None, words: str = "They shouted") -> Report:
        """Let the reporter report someone."""
        about = about or self.about
        complaint = Complaint(ReportSubject.CONTACT, about.public_id, about, words=words)
        return reports.report(self.community, complaint, reporter=self.reporter, now=self.clock.now)

    def resolve(self, report: Report, outcome: Outcome, *, by: Contact, **words: str) -> None:
        """Let someone end a report."""
        decision = Decision(outcome, **words)
        reports.resolve(self.community, report, decision, by=hand_of(by), now=self.clock.now)


@pytest.fixture
def scene(session: Session, clock: FixedClock) -> Scene:
    """A community where something happened."""
    return Scene(clock)


def test_a_member_reports_another_on_a_page(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    everyone = (scene.owner, scene.moderator, scene.reporter, scene.about)
    make_rules(scene.community, "Be kind", agreed=everyone)
    sign_in(client, scene.reporter)
    path = f"/c/{scene.community.slug}/reports"
    subject = {"subject": "contact", "subject_id": scene.about.public_id}
    page = client.get(f"{path}/new", query_string=subject)
    assert "Be kind" in page.text
    assert client.post(path, data={**subject, "words": "x"}).status_code == 422
    refused = client.post(path, data={**subject, "rule": "else", "words": ""})
    assert refused.status_code == 422
    assert "Say in a few words what happened" in refused.text
    assert f'href="/c/{scene.community.slug}/members/{scene.about.public_id}"' in page.text
    sent = {**subject, "rule": "else", "words": "They shouted", "once": "key-of-the-form"}
    for _again in range(2):
        assert "A moderator will look at it" in client.follow(client.post(path, data=sent)).text
    rule = reads.rules_to_name(scene.community.id)[0]
    rule.words = "Nobody shouts"
    client.post(path, data={**subject, "rule": rule.public_id, "words": ""})
    found = session.scalars(select(Report).order_by(Report.id)).all()
    assert [(one.words, one.rule_id) for one in found] == [("They shouted", None), ("", rule.id)]
    assert {one.about_contact_id for one in found} == {scene.about.id}
    sign_in(client, scene.moderator)
    shown = client.get(f"/c/{scene.community.slug}/desk/reports/{found[1].public_id}").text
    assert shown.index("What the rule says") < shown.index("Nobody shouts")
    assert "<blockquote" not in shown  # a rule is nobody's words


def test_what_cannot_be_seen_cannot_be_reported(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    sign_in(client, scene.reporter)
    path = f"/c/{scene.community.slug}/reports/new"
    elsewhere = make_member(make_community())
    for subject in (
        {"subject": "contact", "subject_id": scene.reporter.public_id},
        {"subject": "contact", "subject_id": elsewhere.public_id},
        {"subject": "event", "subject_id": "nothing"},
        {"subject": "weather", "subject_id": "rain"},
    ):
        assert client.get(path, query_string=subject).status_code == 404
    assert scene.community.name in client.get(path).text
    hooks.event_title.register(lambda _community, found: "Run" if found == "evt" else None)
    event = client.get(path, query_string={"subject": "event", "subject_id": "evt"})
    assert "Report “Run”" in event.text


def test_a_report_nobody_may_judge_is_said_so(
    session: Session, clock: FixedClock, client: ProofreadingClient
) -> None:
    community = make_community()
    owner, me = make_member(community, role="owner"), make_member(community)
    sign_in(client, me)
    sent = {"subject": "contact", "subject_id": owner.public_id, "rule": "else", "words": "x"}
    answer = client.follow(client.post(f"/c/{community.slug}/reports", data=sent))
    assert "Nobody here can judge it freely" in answer.text


def test_reports_are_throttled(session: Session, scene: Scene, client: ProofreadingClient) -> None:
    sign_in(client, scene.reporter)
    sent = {"subject": "community", "rule": "else", "words": "x"}
    path = f"/c/{scene.community.slug}/reports"
    answers = [client.post(path, data=sent).status_code for _ in range(11)]
    assert answers == [303] * 10 + [429]
    scene.clock.advance(days=1, minutes=1)


def test_moderators_work_through_the_queue(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    made = scene.report()
    sign_in(client, scene.moderator)
    index = f"/c/{scene.community.slug}/desk/reports"
    page = f"{index}/{made.public_id}"
    assert "Reporter about Rude Person" in client.get(index).text
    assert "Nobody has this yet" in client.get(page).text
    client.post(f"{page}/review")
    assert client.post(f"{page}/review").status_code == 422
    assert client.post(f"{page}/notes", data={"words": ""}).status_code == 422
    assert client.post(f"{page}/notes", data={"words": "\u200b"}).status_code == 422
    client.post(f"{page}/notes", data={"words": "Asked both"})
    assert "Asked both" in client.get(page).text
    client.post(f"{page}/return")
    assert client.post(f"{page}/return").status_code == 422
    client.post(f"{page}/review")
    assert client.post(f"{page}/outcome", data={}).status_code == 422
    refused = client.post(f"{page}/outcome", data={"outcome": "banned", "reply": "Kept"})
    assert refused.status_code == 422
    assert "Kept" in refused.text
    assert "Write down the reason" in refused.text
    client.post(f"{page}/outcome", data={"outcome": "warned", "reply": "Thanks"})
    assert "A warning was given" in client.get(page).text
    assert "A warning was given" in client.get(f"{index}?state=resolved").text
    assert "Nobody is looking into anything" in client.get(f"{index}?state=in_review").text
    assert "Nothing waits" in client.get(f"{index}?state=nonsense").text
    assert client.get(f"{index}/unknown").status_code == 404


def test_a_resolved_list_says_what_will_stand_there(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    sign_in(client, scene.owner)
    index = f"/c/{scene.community.slug}/desk/reports"
    assert "No report has been resolved yet" in client.get(f"{index}?state=resolved").text


def test_a_report_about_the_community_or_an_event_names_it(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    hooks.event_title.register(lambda _community, found: "Night run" if found == "night" else None)
    for subject, public_id in [
        (ReportSubject.EVENT, "night"),
        (ReportSubject.COMMUNITY, scene.community.public_id),
    ]:
        complaint = Complaint(subject, public_id, words=f"About the {subject}")
        reports.report(scene.community, complaint, reporter=scene.reporter, now=scene.clock.now)
        scene.clock.advance(minutes=1)
    sign_in(client, scene.owner)
    index = f"/c/{scene.community.slug}/desk/reports"
    listed = client.get(index).text
    assert "Reporter about an event" in listed
    assert "Reporter about the community" in listed
    event, community = session.scalars(select(Report).order_by(Report.id)).all()
    assert "The event “Night run”" in client.get(f"{index}/{event.public_id}").text
    assert "The community itself" in client.get(f"{index}/{community.public_id}").text


def test_a_moderator_needs_the_power_to_remove(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    from app.communities.models import RolePermission  # noqa: PLC0415 - one test's need

    made = scene.report()
    reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
    row = session.get(RolePermission, ("moderator", "members.ban"))
    session.delete(row)
    sign_in(client, scene.moderator)
    path = f"/c/{scene.community.slug}/desk/reports/{made.public_id}/outcome"
    answer = client.post(path, data={"outcome": "banned", "reason": "x"})
    assert answer.status_code == 404
    assert session.scalar(select(func.count(Ban.id))) == 0


def test_one_blocks_from_a_card_and_both_are_gone_for_each_other(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    sign_in(client, scene.reporter)
    say(scene.about, "Fencing")
    home = f"/c/{scene.community.slug}/members"
    card = f"{home}/{scene.about.public_id}"
    assert "Block Rude Person?" in client.get(card).text
    after = client.follow(client.post(f"{card}/block"))
    assert "do not see each other any more" in after.text
    assert "Rude Person" not in after.text
    assert "Fencing" not in after.text
    assert session.scalars(select(Block.blocked_id)).all() == [scene.about.person_id]
    for path in (
        card,
        f"/c/{scene.community.slug}/reports/new?subject=contact&subject_id={scene.about.public_id}",
    ):
        assert client.get(path).status_code == 404
    assert client.post(f"{card}/block").status_code == 404
    other = client.application.test_client()
    sign_in(other, scene.about)
    assert other.get(f"{home}/{scene.reporter.public_id}").status_code == 404
    assert "Reporter" not in other.get(home).text


def test_only_a_person_can_be_blocked_and_not_oneself(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    guest = make_contact(scene.community, name="Guest")
    sign_in(client, scene.owner)
    home = f"/c/{scene.community.slug}/members"
    assert client.post(f"{home}/{guest.public_id}/block").status_code == 404
    assert client.post(f"{home}/{scene.owner.public_id}/block").status_code == 404
    assert client.get(f"{home}/{guest.public_id}").status_code == 200
    assert session.scalar(select(func.count(Block.id))) == 0


def test_a_card_shows_what_members_may_read(
    session: Session, scene: Scene, client: ProofreadingClient
) -> None:
    from app.communities.models import FacetVisibility as Shown  # noqa: PLC0415 - one test's need

    say(scene.about, "Fencing")
    say(scene.about, "Hidden wish", shown=Shown.MATCHING)
    scene.about.about, scene.about.pronouns = "I fence.", "they/them"
    sign_in(client, scene.reporter)
    home = f"/c/{scene.community.slug}/members"
    page = client.get(f"{home}/{scene.about.public_id}").text
    assert "they/them" in page
    assert "I fence." in page
    assert "Fencing" in page
    assert "Hidden wish" not in page
    assert "Organizer&#39;s notes" not in page
    assert "Moderator" in client.get(f"{home}/{scene.moderator.public_id}").text
    assert "has not written anything here yet" in client.get(f"{home}/{scene.owner.public_id}").text
    mine = client.get(f"{home}/{scene.reporter.public_id}").text
    assert "Your card says only your name" in mine
    assert 'popovertarget="block"' not in mine
    assert client.get(f"{home}/unknown").status_code == 404


# --- what nobody of a community may judge, and what became of one's own --------------------------


def about_the_only_hand(scene: Scene) -> Report:
    """Let someone report the one person who could judge it."""
    community = make_community()
    owner = make_member(community, role="owner", name="Sole Owner")
    reporter = make_member(community, name="Brave One")
    complaint = Complaint(ReportSubject.CONTACT, owner.public_id, owner, words="They rule alone")
    return reports.report(community, complaint, reporter=reporter, now=scene.clock.now)


def test_a_report_nobody_may_judge_goes_to_the_site(
    scene: Scene, client: ProofreadingClient, session: Session
) -> None:
    admin = make_person(email="admin@example.org", is_site_admin=True)
    make_person(email="gone@example.org", is_site_admin=True, suspended_at=scene.clock.now)
    made = about_the_only_hand(scene)
    scene.report(words="Judged among us")
    mails = session.scalars(select(OutgoingMail).order_by(OutgoingMail.id)).all()
    [mail] = [one for one in mails if one.effect_key.startswith("communities.site_report")]
    assert mail.person_id == admin.id
    assert "/site/reports" in mail.text_body

    sign_in(client, admin)
    page = client.get("/site/reports").text
    assert "They rule alone" in page
    assert "Judged among us" not in page
    path = f"/site/reports/{made.public_id}/outcome"
    assert client.post(path, data={"outcome": "banned"}).status_code == 422
    sent = client.post(path, data={"outcome": "warned", "reply": "We spoke with them"})
    assert "They rule alone" not in client.follow(sent).text
    session.refresh(made)
    assert (made.outcome, made.reply, made.handled_by_id) == (
        Outcome.WARNED,
        "We spoke with them",
        None,
    )
    assert client.post(path, data={"outcome": "warned"}).status_code == 404


def test_the_site_touches_no_report_that_a_community_judges(
    scene: Scene, client: ProofreadingClient
) -> None:
    made = scene.report()
    sign_in(client, make_person(is_site_admin=True))
    path = f"/site/reports/{made.public_id}/outcome"
    assert client.post(path, data={"outcome": "warned"}).status_code == 404
    with pytest.raises(NotThere):
        reports.resolve_for_site(
            scene.community,
            made,
            Decision(Outcome.WARNED),
            by=make_person(is_site_admin=True),
            now=scene.clock.now,
        )


def test_nobody_judges_for_the_site_what_is_about_them(scene: Scene, session: Session) -> None:
    made = about_the_only_hand(scene)
    assert made.about_contact is not None
    about = session.get_one(Person, made.about_contact.person_id)
    about.is_site_admin = True
    session.flush()
    assert reads.site_handlers(made) == []


@pytest.mark.parametrize("number", [0, 1, 3])
def test_someone_sees_what_became_of_their_reports(
    scene: Scene, client: ProofreadingClient, number: int
) -> None:
    for nth in range(number):
        made = scene.report(words=f"Seen {nth}")
        if nth == 1:
            reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
        if nth == 2:
            reports.take(made, by=hand_of(scene.moderator), now=scene.clock.now)
            scene.resolve(made, Outcome.WARNED, by=scene.moderator, reply="Thank you for this")
    sign_in(client, scene.reporter)
    path = f"/c/{scene.community.slug}/reports"
    page = client.get(path).text
    assert page.count("<article") == number
    shown = ["You have reported nothing"] if not number else ["Waits for someone"]
    if number == 3:
        shown += ["Being looked into", "Something was done", "Thank you for this"]
    assert [words for words in shown if words not in page] == []
    assert "Moderator" not in page.partition("<main")[2]
    sign_in(client, scene.about)
    assert "You have reported nothing" in client.get(path).text
