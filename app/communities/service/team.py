"""Who is of the team: left out of the health numbers, unless the team is counted in."""

from sqlalchemy import update

from app.accounts.models import Person
from app.activity import service as activity
from app.communities.models import Contact
from app.core import audit
from app.core.database import db


def mark_team(contact: Contact, *, is_team: bool, by: Person) -> bool:
    """Count a contact to the team, or to everyone again; False when nothing changed.

    The mark holds for all of the past too, so closed months are counted anew.
    """
    changed = db.session.execute(
        update(Contact)
        .where(Contact.id == contact.id, Contact.is_team.is_(not is_team))
        .values(is_team=is_team)
        .returning(Contact.id)
    ).all()
    if not changed:
        return False
    activity.count_anew(contact.community_id, contact.id)
    audit.record(
        "contact.team_marked" if is_team else "contact.team_unmarked",
        actor=by,
        community_id=contact.community_id,
        subject=("contact", contact.id),
    )
    return True
