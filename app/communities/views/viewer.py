"""Who looks at people in the community of the path."""

from app.accounts.current import person_here
from app.communities.current import current_contact, current_membership, may
from app.communities.queries.people import Viewer
from app.communities.service.hand import Hand
from app.core.errors import NotThere


def viewer() -> Viewer:
    """Return the caller as a reader of people; organizers see the unlisted and e-mails too."""
    return Viewer(
        person_id=person_here().id,
        contact_id=current_contact().id,
        is_organizer=may("members.manage"),
    )


def hand() -> Hand:
    """Return the caller as one who acts."""
    membership = current_membership()
    if membership is None:
        raise NotThere
    return Hand(person_here(), membership)
