"""Events as calendar entries."""

from datetime import datetime
from urllib.parse import urlsplit

from app.communities.models import Community
from app.core.links import absolute_url
from app.core.markdown import plain
from app.events.ics import Entry
from app.events.models import Event

WORDS = 1000


def entry_of(event: Event, community: Community, *, is_going: bool, now: datetime) -> Entry:
    """Return an event's calendar entry; the link is for those going only."""
    page = absolute_url("events.show", slug=community.slug, event_id=event.public_id)
    link = event.link if is_going else ""
    place = ", ".join(part for part in (event.place, event.address) if part)
    words = "\n\n".join(part for part in (plain(event.words)[:WORDS], link, page) if part)
    return Entry(
        uid=f"event-{event.public_id}@{urlsplit(page).hostname}",
        title=event.title,
        starts_local=event.starts_local,
        minutes=event.minutes,
        zone=event.zone,
        page=page,
        changed_at=now,
        sequence=event.sequence,
        place=place or link,
        words=words,
        is_cancelled=event.cancelled_at is not None,
    )
