"""Two members who were introduced, and a way to send mail as one of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.communities.models import Community, Contact
from app.conversations.models import Message, Thread, ThreadOrigin
from app.conversations.queries import Taking, Talk, members_of, talk
from app.conversations.service import messages
from app.conversations.service.messages import Draft
from app.conversations.service.threads import open_thread
from app.core import clock
from app.core.database import db
from app.core.models import OutgoingMail
from app.core.replies import reply_address
from tests.factories import make_community, make_member, make_person

DOMAIN = "reply.kith.test"
_numbers = count(1)


@dataclass
class Pair:
    """Ana and Ben, of one community, and their thread."""

    community: Community
    ana: Contact
    ben: Contact
    thread: Thread

    @property
    def address(self) -> str:
        """Where their conversation is read."""
        return f"/c/{self.community.slug}/messages/{self.thread.public_id}"

    def as_seen_by(self, contact: Contact) -> Talk | None:
        """Return the thread as one of them opens it."""
        me = Taking(self.community.id, contact.id, contact.person_id or 0)
        return talk(me, self.thread.public_id)

    def write(self, author: Contact, words: str, **values: Any) -> Message:
        """Let one of them write."""
        found = self.as_seen_by(author)
        assert found is not None
        draft = Draft(words=words, **values)
        return messages.write(found, draft, community=self.community, now=clock.now())

    def words(self) -> list[str]:
        """Return all that was said, in order."""
        asked = select(Message.words).where(Message.thread_id == self.thread.id)
        return list(db.session.scalars(asked.order_by(Message.id)))

    def reply_address(self, contact: Contact) -> str:
        """Return where one of them answers by mail."""
        side = next(m for m in members_of(self.thread) if m.contact_id == contact.id)
        return reply_address(side.reply_key) or ""


@pytest.fixture
def community(session: Session) -> Community:
    """A community where people talk."""
    return make_community(name="Lantern Street")


MakePair = Callable[..., Pair]


@pytest.fixture
def make_pair(community: Community) -> MakePair:
    """Make two introduced members, the first one given or new."""

    def make(ana: Contact | None = None, name: str = "Ben Stone") -> Pair:
        ana = ana or make_member(
            community, person=make_person(email="ana@example.org"), name="Ana Lake"
        )
        ben = make_member(community, name=name)
        thread = open_thread(
            community.id, (ana.id, ben.id), origin=ThreadOrigin.INTRODUCTION, now=clock.now()
        )
        return Pair(community, ana, ben, thread)

    return make


@pytest.fixture
def pair(make_pair: MakePair) -> Pair:
    """Ana and Ben."""
    return make_pair()


@pytest.fixture
def reply_domain(app: Flask) -> Iterator[str]:
    """Let this installation take answers by mail."""
    before = app.config["KITH"]
    app.config["KITH"] = before.model_copy(update={"reply_domain": DOMAIN})
    yield DOMAIN
    app.config["KITH"] = before


def raw_mail(sender: str, to: str, words: str, **headers: str) -> bytes:
    """Return a mail as a mail server hands it over."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, "Re: hello"
    mail["Message-ID"] = f"<{next(_numbers)}@mail.example>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    return mail.as_bytes()


def mails_to(contact: Contact) -> list[OutgoingMail]:
    """Return the mails written for a member, oldest first."""
    asked = select(OutgoingMail).where(OutgoingMail.contact_id == contact.id)
    return list(db.session.scalars(asked.order_by(OutgoingMail.id)))
