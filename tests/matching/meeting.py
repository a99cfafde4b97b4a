"""Two members who are suggested to each other, and what they do about it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from app.communities.models import Community, Contact
from app.conversations.queries import Taking
from app.core import clock
from app.core.database import db
from app.core.models import OutgoingMail
from app.matching import service
from app.matching.models import Hello, Introduction, MatchKind
from app.matching.queries import introductions as reads
from app.matching.queries.introductions import IntroductionRow
from app.matching.service import hellos
from app.matching.service.hellos import Greeting


@dataclass
class Meeting:
    """Ana and Ben, suggested to each other as friends."""

    community: Community
    ana: Contact
    ben: Contact

    def hello(self, sayer: Contact, line: str = "") -> Introduction | None:
        """Let one of them say hello to the other."""
        other = self.ben if sayer is self.ana else self.ana
        greeting = Greeting(other_id=other.id, kind=MatchKind.FRIEND, line=line)
        return hellos.say(sayer, greeting, now=clock.now())

    def introduce(self) -> Introduction:
        """Let both say hello."""
        assert self.hello(self.ana, "I like your garden") is None
        made = self.hello(self.ben, "Tea?")
        assert made is not None
        return made

    def row(self, contact: Contact) -> IntroductionRow | None:
        """Return the introduction as one of them sees it."""
        me = Taking(self.community.id, contact.id, contact.person_id or 0)
        return next(iter(reads.introductions_of(me)), None)

    def hellos(self) -> list[tuple[int, str]]:
        """Return who said hello, and where it stands."""
        rows = db.session.execute(select(Hello.contact_id, Hello.state).order_by(Hello.id))
        return [(contact_id, state.value) for contact_id, state in rows]

    @property
    def path(self) -> str:
        """The address of the community."""
        return f"/c/{self.community.slug}"


def mails_to(contact: Contact) -> list[OutgoingMail]:
    """Return the mails for a member, oldest first."""
    asked = select(OutgoingMail).where(OutgoingMail.contact_id == contact.id)
    return list(db.session.scalars(asked.order_by(OutgoingMail.id)))


def make_meeting(community: Community, make_matchable: Callable[..., Contact]) -> Meeting:
    """Make two who are suggested to each other, and a third one."""
    ana = make_matchable("Gardens", name="Ana Lake")
    ben = make_matchable("Gardens", name="Ben Stone")
    make_matchable("Gardens", name="Cleo Hill")
    service.refresh(community, now=clock.now())
    return Meeting(community, ana, ben)
