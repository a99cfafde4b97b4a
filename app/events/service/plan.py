"""What a host plans: the facts of a gathering as a form gives them, and how two plans differ."""

from dataclasses import asdict, dataclass
from datetime import datetime

from app.events.models import Event, EventVisibility

IN_CALENDARS = ("title", "starts_local", "minutes", "zone", "place", "address", "link")
"""What calendars show: a change of one of these is a new sequence."""

TOLD = ("starts_local", "minutes", "zone", "place", "address", "link")
"""What those going must hear of."""


@dataclass(frozen=True)
class Plan:
    """The facts of a gathering; `starts_local` and `zone` are the truth about its time."""

    title: str
    starts_local: datetime
    minutes: int
    zone: str
    words: str = ""
    place: str = ""
    address: str = ""
    link: str = ""
    visibility: EventVisibility = EventVisibility.PUBLIC
    size: int | None = None
    plus_ones: int = 0

    def columns(self) -> dict[str, object]:
        """Return what stands in the event's own row; the size is the quota's."""
        found = asdict(self)
        del found["size"]
        return found


def plan_of(event: Event) -> Plan:
    """Return an event's present plan."""
    return Plan(
        title=event.title,
        starts_local=event.starts_local,
        minutes=event.minutes,
        zone=event.zone,
        words=event.words,
        place=event.place,
        address=event.address,
        link=event.link,
        visibility=event.visibility,
        size=event.quota.size,
        plus_ones=event.plus_ones,
    )


def differences(one: Plan, other: Plan) -> set[str]:
    """Return the names of the facts in which two plans differ."""
    theirs = asdict(other)
    return {name for name, fact in asdict(one).items() if fact != theirs[name]}
