"""Mails of introductions: that both said yes, and later what came of it."""

from collections.abc import Sequence

from sqlalchemy import select

from app.communities.models import Community, Contact
from app.communities.queries.addressees import Reader, addressees
from app.conversations.models import Thread
from app.conversations.queries import members_of
from app.conversations.quotes import MARK
from app.core.database import db
from app.core.links import absolute_url
from app.core.notices import register_kind
from app.core.notify import notify
from app.core.replies import reply_address
from app.core.text import N_
from app.matching.models import AnswerStep, Introduction, IntroductionSide

TOLD = "matching.introduced"
ASKED = "matching.useful"
register_kind(TOLD, title=N_("You and another member are introduced"))
register_kind(ASKED, title=N_("Later: was an introduction useful?"))

SUBJECTS = {
    AnswerStep.SOON: N_("Did you meet %(other_name)s?"),
    AnswerStep.LATER: N_("Are you still in touch with %(other_name)s?"),
}


def tell_introduced(
    made: Introduction, sides: Sequence[IntroductionSide], thread: Thread, *, community: Community
) -> None:
    """Tell both that both said yes, with the other's line, and where they can talk."""
    lines = {side.contact_id: side.line for side in sides}
    keys = {member.contact_id: member.reply_key for member in members_of(thread)}
    for side in sides:
        reader, other = _pair(side)
        notify(
            reader,
            TOLD,
            key=f"{TOLD}:{made.id}:{side.contact_id}",
            subject=N_("You and %(other_name)s are introduced"),
            template="matching/introduced",
            community=community,
            cause=other,
            reply_to=reply_address(keys[side.contact_id]),
            can_reply=reply_address(keys[side.contact_id]) is not None,
            mark=MARK,
            other_name=other.name,
            line=lines[side.other_id],
            page_url=_page(made, community),
            thread_url=absolute_url(
                "conversations.show", slug=community.slug, thread_id=thread.public_id
            ),
        )


def ask(
    made: Introduction, side: IntroductionSide, step: AnswerStep, *, community: Community
) -> None:
    """Ask one of the two what became of it."""
    reader, other = _pair(side)
    notify(
        reader,
        ASKED,
        key=f"{ASKED}:{step.value}:{made.id}:{side.contact_id}",
        subject=SUBJECTS[step],
        template="matching/useful",
        community=community,
        cause=other,
        step=step.value,
        other_name=other.name,
        page_url=_page(made, community),
    )


def _pair(side: IntroductionSide) -> tuple[Reader, Reader]:
    """Return the reader of a mail and the one it tells of."""
    people = {
        contact.id: contact
        for contact in db.session.scalars(
            select(Contact).where(Contact.id.in_((side.contact_id, side.other_id)))
        )
    }
    reader, other = addressees([people[side.contact_id], people[side.other_id]])
    return reader, other


def _page(made: Introduction, community: Community) -> str:
    return absolute_url(
        "matching.introduction", slug=community.slug, introduction_id=made.public_id
    )
