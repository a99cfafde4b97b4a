"""Who acts: the person and the membership through which they may."""

from dataclasses import dataclass

from app.accounts.models import Person
from app.communities.models import Membership


@dataclass(frozen=True)
class Hand:
    """The acting member of a community."""

    person: Person
    membership: Membership
