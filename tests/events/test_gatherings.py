"""Planning, changing, cancelling; weekly dates; what those going are told, once each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.event import listen, remove
from sqlalchemy.orm import Session

from app.billing.models import Quota
from app.billing.service import BelowTaken
from app.communities.hooks import event_title, first_steps
from app.core.database import db
from app.core.errors import StaleForm
from app.core.jobs import run_pending
from app.core.models import AuditEntry, StoredFile
from app.core.pictures import Picture
from app.core.storage import keep_picture
from app.events import processes, queries
from app.events.models import Event, EventState, EventVisibility
from app.events.queries import events as queries_of
from app.events.service import gatherings, refusals, series
from app.events.service.plan import plan_of
from app.events.wall_time import TimeDoesNotExist
from tests.conftest import FixedClock
from tests.events.conftest import Scene, mails, pending_seat, plan, seat_of, told
from tests.factories import make_community, make_contact, make_member


def announce(scene: Scene, clock: FixedClock, **values: object) -> Event:
    """Announce a picnic."""
    return gatherings.announce(
        scene.community, plan(**values), by=scene.host, hosts=[scene.host], now=clock.now
    )


def change(scene: Scene, clock: FixedClock, event: Event, **values: object) -> None:
    """Change some facts of an event."""
    gatherings.change(
        event,
        replace(plan_of(event), **values),  # type: ignore[arg-type]
        version=event.version,
        hosts=[scene.host],
        now=clock.now,
    )


def subjects() -> list[str]:
    """Return the subjects of all mails, in order."""
    return [mail.subject for mail in mails()]


def settle(app: Flask) -> list[str]:
    """Run the jobs of events and forget those of the mail room."""
    db.session.commit()
    return [name for name in run_pending(app) if name.startswith("events.")]


# --- announcing --------------------------------------------------------------------------------


def test_what_is_announced_stands_in_the_database_and_the_ledger(
    scene: Scene, clock: FixedClock
) -> None:
    event = announce(scene, clock, size=12, plus_ones=2, visibility=EventVisibility.MEMBERS)
    assert event.starts_at == datetime(2026, 6, 20, 17, 0, tzinfo=UTC)
    assert event.ends_at - event.starts_at == timedelta(minutes=120)
    assert plan_of(event) == plan(size=12, plus_ones=2, visibility=EventVisibility.MEMBERS)
    assert (event.state, event.sequence, event.version) == (EventState.PUBLISHED, 0, 1)
    assert queries.host_ids(event.id) == [scene.host.id]
    assert told(scene.community) == [("event.created", False)]


def test_the_past_cannot_be_announced(scene: Scene, clock: FixedClock) -> None:
    clock.set(datetime(2026, 6, 20, 17, 0, tzinfo=UTC))
    with pytest.raises(refusals.StartsInThePast):
        announce(scene, clock)


def test_a_host_of_another_community_is_refused(scene: Scene, clock: FixedClock) -> None:
    stranger = make_member(make_community(), role="host")
    with pytest.raises(refusals.NoSuchHost):
        gatherings.announce(scene.community, plan(), by=scene.host, hosts=[stranger], now=clock.now)


# --- changing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "sequence", "is_told"),
    [
        ({"starts_local": datetime(2026, 6, 21, 10, 0)}, 1, True),  # noqa: DTZ001 - wall time
        ({"zone": "Europe/London"}, 1, True),
        ({"minutes": 30}, 1, True),
        ({"place": "Elsewhere"}, 1, True),
        ({"address": "Street 1"}, 1, True),
        ({"link": "https://example.org"}, 1, True),
        ({"title": "Other"}, 1, False),
        ({"words": "Other"}, 0, False),
        ({"plus_ones": 4}, 0, False),
        ({"size": 60}, 0, False),
        ({}, 0, False),
    ],
)
def test_calendars_and_people_hear_of_what_concerns_them(
    app: Flask,
    scene: Scene,
    clock: FixedClock,
    values: dict[str, object],
    sequence: int,
    *,
    is_told: bool,
) -> None:
    event = announce(scene, clock)
    scene.event = event
    seat_of(scene)
    settle(app)
    change(scene, clock, event, **values)
    settle(app)
    assert (event.sequence, event.version) == (sequence, 2)
    assert subjects()[1:] == (["Changed: Picnic"] if is_told else [])
    for name, value in values.items():
        assert getattr(plan_of(event), name) == value


def test_a_stale_plan_comes_back_with_both_texts(scene: Scene, clock: FixedClock) -> None:
    event = announce(scene, clock)
    change(scene, clock, event, title="Theirs")
    with pytest.raises(StaleForm) as stale:
        gatherings.change(event, plan(title="Mine"), version=1, hosts=[scene.host], now=clock.now)
    assert (stale.value.theirs["title"], stale.value.yours["title"]) == ("Theirs", "Mine")
    assert event.title == "Theirs"


def test_a_cancelled_event_is_not_changed(scene: Scene, clock: FixedClock) -> None:
    event = announce(scene, clock)
    gatherings.cancel(event, words="", by=scene.host, now=clock.now)
    with pytest.raises(refusals.EventCancelled):
        change(scene, clock, event, title="Alive")


def test_an_event_does_not_shrink_below_its_seats(scene: Scene, clock: FixedClock) -> None:
    scene.event = announce(scene, clock, size=3)
    for _ in range(2):
        seat_of(scene, make_member(scene.community))
    change(scene, clock, scene.event, size=2)
    with pytest.raises(BelowTaken):
        change(scene, clock, scene.event, size=1)


def test_a_begun_event_keeps_its_time_and_takes_other_changes(
    scene: Scene, clock: FixedClock
) -> None:
    event = announce(scene, clock)
    clock.set(event.starts_at + timedelta(minutes=5))
    change(scene, clock, event, words="We are by the lake.")
    with pytest.raises(refusals.StartsInThePast):
        change(scene, clock, event, starts_local=datetime(2026, 6, 20, 18, 0))  # noqa: DTZ001


def test_hosts_are_replaced_as_ticked(scene: Scene, clock: FixedClock) -> None:
    event = announce(scene, clock)
    other = make_member(scene.community, role="host")
    gatherings.set_hosts(event, [scene.host, other])
    gatherings.set_hosts(event, [other, other])
    assert queries.host_ids(event.id) == [other.id]


# --- pictures ----------------------------------------------------------------------------------


def kept(scene: Scene) -> str:
    """Keep a small picture and return its key."""
    return keep_picture(Picture(b"webp", "image/webp", 2, 1), community_id=scene.community.id).key


def files(session: Session) -> set[str]:
    """Return the keys of all stored files."""
    return set(session.scalars(select(StoredFile.key)))


def test_a_new_picture_takes_the_place_of_the_old(scene: Scene, session: Session) -> None:
    one, two = kept(scene), kept(scene)
    gatherings.set_picture(scene.event, one)
    gatherings.set_picture(scene.event, two)
    assert (scene.event.picture_key, files(session)) == (two, {two})
    gatherings.set_picture(scene.event, None)
    assert (scene.event.picture_key, files(session)) == (None, set())


def test_a_picture_that_other_dates_show_stays(
    scene: Scene, clock: FixedClock, session: Session
) -> None:
    key = kept(scene)
    gatherings.set_picture(scene.event, key)
    (date,) = series.propose_weekly(scene.event, 1, by=scene.host, now=clock.now)
    gatherings.set_picture(scene.event, None)
    assert (date.picture_key, files(session)) == (key, {key})


def test_a_picture_whose_file_is_gone_is_replaced_all_the_same(scene: Scene) -> None:
    scene.event.picture_key = "0" * 32 + ".webp"
    gatherings.set_picture(scene.event, None)
    assert scene.event.picture_key is None


# --- cancelling --------------------------------------------------------------------------------


def test_a_cancellation_reaches_everyone_with_a_seat_once(
    app: Flask, scene: Scene, clock: FixedClock, session: Session
) -> None:
    seat_of(scene)
    seat_of(scene, make_contact(scene.community, email="guest@example.org"))
    pending_seat(scene)
    settle(app)
    before = len(mails())
    gatherings.cancel(scene.event, words="The path is flooded.", by=scene.host, now=clock.now)
    gatherings.cancel(scene.event, words="again", by=scene.host, now=clock.now)
    settle(app)
    news = mails()[before:]
    assert [mail.subject for mail in news] == ["Cancelled: Sunday run"] * 2
    assert all("The path is flooded." in mail.text_body for mail in news)
    assert (scene.event.sequence, scene.event.cancel_words) == (1, "The path is flooded.")
    assert session.scalars(select(AuditEntry.action)).all() == ["event.cancelled"]


def test_news_of_a_change_is_left_unsaid_after_a_cancellation(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    seat_of(scene)
    settle(app)
    change(scene, clock, scene.event, place="Elsewhere")
    gatherings.cancel(scene.event, words="", by=scene.host, now=clock.now)
    settle(app)
    assert subjects()[1:] == ["Cancelled: Sunday run"]


def test_two_changes_before_the_mail_are_one_mail(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    seat_of(scene)
    settle(app)
    change(scene, clock, scene.event, place="Elsewhere")
    change(scene, clock, scene.event, place="Somewhere else")
    settle(app)
    assert subjects()[1:] == ["Changed: Sunday run"]
    assert "Somewhere else" in mails()[-1].text_body


def test_news_goes_out_batch_by_batch_and_nobody_gets_it_twice(
    scene: Scene, clock: FixedClock
) -> None:
    for _ in range(5):
        seat_of(scene, make_member(scene.community))
    for _ in range(2):  # the second run is a job that was killed at its end and runs again
        assert (
            processes.tell_going(
                scene.event, "changed", effect="x", secret="s", now=clock.now, batch=2
            )
            == 5
        )
    assert subjects() == ["Changed: Sunday run"] * 5


class Killed(Exception):
    """The worker is killed here."""


def test_a_killed_run_goes_on_where_it_stood(
    scene: Scene, clock: FixedClock, session: Session
) -> None:
    for _ in range(5):
        seat_of(scene, make_member(scene.community))
    db.session.commit()
    commits: list[int] = []

    def kill(_session: Session) -> None:
        commits.append(1)
        if len(commits) == 2:
            raise Killed

    listen(db.session, "before_commit", kill)
    with pytest.raises(Killed):
        processes.tell_going(scene.event, "changed", effect="x", secret="s", now=clock.now, batch=2)
    remove(db.session, "before_commit", kill)
    db.session.rollback()
    assert len(mails()) == 2
    processes.tell_going(scene.event, "changed", effect="x", secret="s", now=clock.now, batch=2)
    assert len({mail.contact_id for mail in mails()}) == len(mails()) == 5


# --- reminding ---------------------------------------------------------------------------------


def test_those_going_are_reminded_a_day_before_once(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    scene.event = announce(scene, clock)
    seat_of(scene)
    assert "events.remind" not in settle(app)
    clock.set(scene.event.starts_at - timedelta(hours=24))
    assert settle(app) == ["events.remind"]
    assert scene.event.reminded_at == clock.now
    assert not processes.remind(scene.event.id, secret="s", now=clock.now)
    assert subjects()[1:] == ["Soon: Picnic"]


def test_a_moved_event_is_reminded_of_its_new_time(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    scene.event = announce(scene, clock)
    seat_of(scene)
    later = datetime(2026, 6, 22, 19, 0)  # noqa: DTZ001 - wall time
    change(scene, clock, scene.event, starts_local=later)
    settle(app)
    clock.set(datetime(2026, 6, 19, 17, 0, tzinfo=UTC))
    assert settle(app) == ["events.remind"]  # of the old time: it looks, and leaves it
    assert scene.event.reminded_at is None
    clock.set(datetime(2026, 6, 21, 17, 0, tzinfo=UTC))
    settle(app)
    assert subjects().count("Soon: Picnic") == 1


@pytest.mark.parametrize("fate", ["cancelled", "begun", "gone"])
def test_nobody_is_reminded_in_vain(scene: Scene, clock: FixedClock, fate: str) -> None:
    number = scene.event.id
    seat_of(scene)
    if fate == "cancelled":
        gatherings.cancel(scene.event, words="", by=scene.host, now=clock.now)
    if fate == "gone":
        number = 0
    clock.set(scene.event.starts_at - timedelta(hours=0 if fate == "begun" else 2))
    assert not processes.remind(number, secret="s", now=clock.now)
    assert [one for one in subjects() if one.startswith("Soon")] == []


def test_an_event_that_moves_while_its_mails_go_out_is_not_marked(
    scene: Scene, clock: FixedClock
) -> None:
    seat_of(scene)
    clock.set(scene.event.starts_at - timedelta(hours=2))
    later = scene.event.starts_at + timedelta(days=7)

    def move(_session: Session) -> None:
        scene.event.ends_at = later + timedelta(hours=2)
        scene.event.starts_at = later

    db.session.commit()
    listen(db.session, "before_commit", move)
    assert processes.remind(scene.event.id, secret="s", now=clock.now)
    remove(db.session, "before_commit", move)
    assert (scene.event.starts_at, scene.event.reminded_at) == (later, None)


# --- the rules of zones ------------------------------------------------------------------------


def test_when_a_country_changes_its_clocks_the_wall_time_stays(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    scene.event = announce(scene, clock)
    seat_of(scene)
    settle(app)
    # as if the moment had been derived under other rules
    scene.event.starts_at -= timedelta(hours=1)
    scene.event.ends_at -= timedelta(hours=1)
    db.session.commit()
    assert processes.follow_zone_rules(clock.now) == 1
    assert scene.event.starts_at == datetime(2026, 6, 20, 17, 0, tzinfo=UTC)
    assert scene.event.ends_at == datetime(2026, 6, 20, 19, 0, tzinfo=UTC)
    settle(app)
    assert subjects()[1:] == ["Changed: Picnic"]
    assert processes.follow_zone_rules(clock.now) == 0


# --- weekly dates ------------------------------------------------------------------------------


def test_weekly_dates_are_proposed_and_seen_by_nobody_yet(scene: Scene, clock: FixedClock) -> None:
    event = announce(scene, clock, size=9, place="Lake")
    dates = series.propose_weekly(event, 3, by=scene.host, now=clock.now)
    assert [one.starts_local.day for one in dates] == [27, 4, 11]
    assert {one.state for one in dates} == {EventState.PROPOSED}
    assert {one.series_id for one in dates} == {event.series_id}
    assert {(one.place, one.quota.size) for one in dates} == {("Lake", 9)}
    assert [queries.host_ids(one.id) for one in dates] == [[scene.host.id]] * 3
    assert told(scene.community) == [("event.created", False)]


def test_dates_known_already_are_left_alone(scene: Scene, clock: FixedClock) -> None:
    event = announce(scene, clock)
    series.propose_weekly(event, 2, by=scene.host, now=clock.now)
    more = series.propose_weekly(event, 3, by=scene.host, now=clock.now)
    assert [one.starts_local.day for one in more] == [11]


def test_a_week_whose_time_does_not_exist_is_refused(scene: Scene, clock: FixedClock) -> None:
    event = announce(
        scene,
        clock,
        starts_local=datetime(2027, 3, 21, 2, 30),  # noqa: DTZ001 - a week before the change
    )
    with pytest.raises(TimeDoesNotExist) as refusal:
        series.propose_weekly(event, 2, by=scene.host, now=clock.now)
    assert refusal.value.values["day"] == "2027-03-28"


def test_a_confirmed_date_is_an_event_like_others(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    (date,) = series.propose_weekly(announce(scene, clock), 1, by=scene.host, now=clock.now)
    for _ in range(2):
        series.confirm_date(date, community=scene.community, now=clock.now)
    assert (date.state, date.version) == (EventState.PUBLISHED, 2)
    assert told(scene.community) == [("event.created", False)] * 2
    clock.set(date.starts_at - timedelta(hours=24))
    settle(app)
    assert date.reminded_at == clock.now


def test_a_change_of_a_proposed_date_is_told_to_nobody(
    app: Flask, scene: Scene, clock: FixedClock
) -> None:
    (date,) = series.propose_weekly(scene.event, 1, by=scene.host, now=clock.now)
    change(scene, clock, date, place="Elsewhere", minutes=30)
    assert settle(app) == []
    assert date.place == "Elsewhere"


def test_a_date_whose_maker_is_gone_is_in_no_one_s_name(scene: Scene, clock: FixedClock) -> None:
    (date,) = series.propose_weekly(scene.event, 1, by=scene.host, now=clock.now)
    date.created_by_id = None
    series.confirm_date(date, community=scene.community, now=clock.now)
    assert told(scene.community) == []


def test_lower_floors_are_answered(scene: Scene, clock: FixedClock) -> None:
    (date,) = series.propose_weekly(scene.event, 1, by=scene.host, now=clock.now)
    titles = [
        [found for found in event_title(scene.community, public_id) if found]
        for public_id in (scene.event.public_id, date.public_id, "nosuchevent2")
    ]
    assert titles == [["Sunday run"], [], []]
    empty = make_community()
    assert [queries_of.has_events(one.id) for one in (scene.community, empty)] == [True, False]
    (step,) = [one for one in first_steps(empty) if one.endpoint == "events.new"]
    assert (step.title(), step.is_done) == ("Plan a first gathering", False)
    assert "Strangers can take a seat" in step.text()


def test_a_date_that_is_over_cannot_be_confirmed(scene: Scene, clock: FixedClock) -> None:
    (date,) = series.propose_weekly(announce(scene, clock), 1, by=scene.host, now=clock.now)
    clock.set(date.starts_at)
    with pytest.raises(refusals.StartsInThePast):
        series.confirm_date(date, community=scene.community, now=clock.now)


def test_a_dropped_date_leaves_nothing(scene: Scene, clock: FixedClock, session: Session) -> None:
    event = announce(scene, clock)
    before = session.scalar(select(func.count()).select_from(Quota))
    (date,) = series.propose_weekly(event, 1, by=scene.host, now=clock.now)
    public_id = date.public_id
    series.drop_date(date)
    assert queries.found_event(scene.community.id, public_id) is None
    assert session.scalar(select(func.count()).select_from(Quota)) == before


def test_what_is_announced_is_not_dropped(scene: Scene) -> None:
    with pytest.raises(refusals.MustBeProposed):
        series.drop_date(scene.event)


def test_no_date_outlives_its_day_unconfirmed(
    scene: Scene, clock: FixedClock, session: Session
) -> None:
    event = announce(scene, clock)
    dates = series.propose_weekly(event, 2, by=scene.host, now=clock.now)
    clock.set(dates[0].starts_at)
    assert series.drop_past_dates(clock.now) == 1
    left = session.scalars(select(Event.starts_local).where(Event.state == "proposed")).all()
    assert [one.day for one in left] == [4]
