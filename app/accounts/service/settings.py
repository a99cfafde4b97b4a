"""What a person sets for themselves: language, zone, theme, and which mails they want."""

from collections.abc import Mapping
from functools import cache
from zoneinfo import available_timezones

from app.accounts.models import Person
from app.core import notices
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.text import N_

THEMES = ("system", "light", "dark")


class ZoneUnknown(RuleViolation):
    """Nobody keeps time by this zone."""

    message = N_("We do not know this time zone. Choose one from the list.")


@cache
def known_zones() -> frozenset[str]:
    """Return every IANA zone this machine knows."""
    return frozenset(available_timezones())


def change_settings(person: Person, *, language: str, zone: str, theme: str) -> None:
    """Set how pages and mails are written for a person."""
    if zone not in known_zones():
        raise ZoneUnknown(field="zone")
    person.language, person.zone, person.theme = language, zone, theme
    db.session.flush()


def change_language(person: Person, language: str) -> None:
    """Set the language that pages and mails are written in for a person."""
    person.language = language
    db.session.flush()


def choose_notices(person: Person, wanted: Mapping[tuple[str, int | None], bool]) -> None:
    """Keep a person's choices by (kind, community id); None stands for everywhere else.

    Only what differs from before is written.
    """
    known = notices.choices(person.id)
    for (kind, community_id), is_wanted in wanted.items():
        if known.get((kind, community_id)) is not is_wanted:
            notices.choose(kind, wanted=is_wanted, person_id=person.id, community_id=community_id)
