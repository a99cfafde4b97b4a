"""The parts of a card that are not words: experience and hours of the week."""

from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.communities.models import FacetVisibility, visibility_column
from app.core.database import BETWEEN_MEMBERS, Keyed, Tenant, tenant_fk
from app.core.privacy import DELETE, personal


class MatchProfile(Tenant, Keyed):
    """What someone said of their years and hours, each with its own visibility; all optional.

    `hours` is a week of 21 bits: Monday morning is the lowest, then Monday afternoon.
    """

    __tablename__ = "match_profile"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        CheckConstraint("experience BETWEEN 0 AND 70", name="experience_in_a_life"),
        CheckConstraint("hours BETWEEN 0 AND 2097151", name="hours_of_one_week"),
        CheckConstraint("mentees BETWEEN 0 AND 20", name="mentees_in_reason"),
        BETWEEN_MEMBERS,
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    experience: Mapped[int | None] = mapped_column(info=personal("experience", erase=DELETE))
    experience_visibility: Mapped[FacetVisibility] = visibility_column(
        "experience", default=FacetVisibility.MATCHING
    )
    zone: Mapped[str] = mapped_column(String(64), default="", info=personal("zone", erase=DELETE))
    hours: Mapped[int] = mapped_column(default=0, info=personal("hours", erase=DELETE))
    hours_visibility: Mapped[FacetVisibility] = visibility_column(
        "hours", default=FacetVisibility.MATCHING
    )
    mentees: Mapped[int] = mapped_column(default=3)  # how many this mentor takes at a time
    updated_at: Mapped[datetime]
