"""Mails of conversations: a message to the other side, and a word to whoever could not be heard."""

from collections.abc import Sequence

from app.accounts.queries import Mailbox
from app.communities.models import Community, Contact
from app.communities.queries.addressees import addressees
from app.conversations.models import Message, Thread, ThreadMember
from app.conversations.quotes import MARK
from app.core.links import absolute_url
from app.core.notices import register_kind
from app.core.notify import notify
from app.core.notify import withdraw as empty_mails
from app.core.replies import reply_address
from app.core.text import N_

MESSAGE = "conversations.message"
NOT_TAKEN = "conversations.not_taken"
register_kind(MESSAGE, title=N_("Someone you talk with wrote to you"))
register_kind(NOT_TAKEN, title=N_("Your answer by mail was not delivered"), required=True)


def tell(
    message: Message,
    thread: Thread,
    *,
    author: Contact,
    to: Contact,
    side: ThreadMember,
    community: Community,
) -> None:
    """Mail a message to the other side, with an address to answer to that is neither's own."""
    reader, cause = addressees([to, author])
    notify(
        reader,
        MESSAGE,
        key=_key(message.id),
        subject=N_("%(author_name)s wrote to you in %(community_name)s"),
        template="conversations/message",
        community=community,
        cause=cause,
        reply_to=reply_address(side.reply_key),
        author_name=author.name,
        community_name=community.name,
        words=message.words,
        left_out=message.left_out,
        mark=MARK,
        can_reply=reply_address(side.reply_key) is not None,
        page_url=absolute_url(
            "conversations.show", slug=community.slug, thread_id=thread.public_id
        ),
    )


def tell_not_taken(
    to: Mailbox, why: str, *, digest: str, page: tuple[Community, Thread], limit: int
) -> None:
    """Tell someone that their answer by mail did not arrive, why, and where it would."""
    community, thread = page
    notify(
        to,
        NOT_TAKEN,
        key=f"{NOT_TAKEN}:{digest}",
        subject=N_("Your answer was not delivered"),
        template="conversations/not_taken",
        community=community,
        why=why,
        limit=limit,
        page_url=absolute_url(
            "conversations.show", slug=community.slug, thread_id=thread.public_id
        ),
    )


def withdraw(message_ids: Sequence[int]) -> None:
    """Empty the mails that carried some messages; one that waits is not sent any more."""
    empty_mails([_key(number) for number in message_ids])


def _key(message_id: int) -> str:
    return f"{MESSAGE}:{message_id}"
