"""A human as one community knows them: card, facets, and what organizers note."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    Computed,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    case,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column, relationship

from app.core.database import Keyed, Public, Tenant, Versioned, one_of, tenant_fk, tenant_key
from app.core.privacy import BLANK, DELETE, TOMBSTONE, impersonal, personal

DERIVED = "made from the fields beside it"


class ContactSource(StrEnum):
    """How a community first came to know someone."""

    FOUNDING = "founding"
    JOINING = "joining"
    GUEST = "guest"
    IMPORT = "import"
    BY_HAND = "by_hand"


class FacetVisibility(StrEnum):
    """Who sees a part of a card; `matching` is used for suggestions and shown to nobody.

    No page shows a card to strangers, so `public` reads as `members`: rows of old hold it.
    """

    PUBLIC = "public"
    MEMBERS = "members"
    MATCHING = "matching"
    OFF = "off"

    @classmethod
    def offered(cls, value: str) -> str:
        """Return a visibility, stored or sent, as forms offer and save it."""
        return cls.MEMBERS.value if value == cls.PUBLIC else value


SHOWN = (FacetVisibility.PUBLIC, FacetVisibility.MEMBERS)
"""What members may read; organizers read no more of it than they do."""


class FacetKind(StrEnum):
    """What a facet tells about its contact."""

    INTEREST = "interest"
    OFFER = "offer"
    WANT = "want"
    GOAL = "goal"
    LANGUAGE = "language"
    LIFE = "life"
    VALUE = "value"

    @property
    def first_seen_by(self) -> FacetVisibility:
        """Return who sees one of which nobody said who does.

        Between jobs, a new child, an illness: what tells of a life is shown only on purpose.
        """
        return FacetVisibility.MATCHING if self is FacetKind.LIFE else FacetVisibility.MEMBERS


def visibility_column(name: str, *, default: FacetVisibility) -> Mapped[FacetVisibility]:
    """Return the column that says who sees a part of a card."""
    kind = one_of(FacetVisibility, f"{name}_visibility")
    return mapped_column(kind, default=default, name=kind.name)


def _search(source: str) -> Computed:
    return Computed(f"to_tsvector('simple', {source})", persisted=True)


def _where_shown(
    words: InstrumentedAttribute[str], seen_by: InstrumentedAttribute[FacetVisibility]
) -> ColumnElement[str]:
    return case((seen_by.in_(SHOWN), words), else_="")


class Contact(Tenant, Public, Versioned):
    """One human in one community; `person_id` stays empty until they claim the card."""

    __tablename__ = "contact"
    __table_args__ = (
        tenant_key(),
        Index(
            "uq_contact_person",
            "community_id",
            "person_id",
            unique=True,
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index(
            "uq_contact_email",
            "community_id",
            "email_key",
            unique=True,
            postgresql_where=text("email_key IS NOT NULL"),
        ),
        Index("ix_contact_sort", "community_id", "sort_key", "id"),
        Index("ix_contact_search_members", "search_members", postgresql_using="gin"),
        Index("ix_contact_search_organizers", "search_organizers", postgresql_using="gin"),
        tenant_fk("import_run_id", "import_run", ondelete="SET NULL"),
    )

    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"),
        index=True,
        info=personal("person", erase=TOMBSTONE),
    )
    name: Mapped[str] = mapped_column(String(80), info=personal("name", erase=BLANK, blank=""))
    email: Mapped[str | None] = mapped_column(String(254), info=personal("email", erase=BLANK))
    email_key: Mapped[str | None] = mapped_column(
        String(254), info=personal(None, erase=BLANK, reason=DERIVED)
    )
    pronouns: Mapped[str] = mapped_column(
        String(40), default="", info=personal("pronouns", erase=BLANK, blank="")
    )
    place: Mapped[str] = mapped_column(
        String(80), default="", info=personal("place", erase=BLANK, blank="")
    )
    place_visibility: Mapped[FacetVisibility] = visibility_column(
        "place", default=FacetVisibility.MEMBERS
    )
    about: Mapped[str] = mapped_column(
        String(600), default="", info=personal("about", erase=BLANK, blank="")
    )
    about_visibility: Mapped[FacetVisibility] = visibility_column(
        "about", default=FacetVisibility.MEMBERS
    )
    picture_key: Mapped[str | None] = mapped_column(
        String(80), info=personal("picture", erase=BLANK)
    )
    language: Mapped[str | None] = mapped_column(String(16), info=personal("language", erase=BLANK))
    is_listed: Mapped[bool] = mapped_column(default=True)  # in the members' directory
    is_team: Mapped[bool] = mapped_column(default=False)  # left out of the health numbers
    source: Mapped[ContactSource] = mapped_column(one_of(ContactSource))
    import_run_id: Mapped[int | None]
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    sort_key: Mapped[bytes] = mapped_column(
        default=b"", info=personal(None, erase=BLANK, blank=b"", reason=DERIVED)
    )
    search_members_text: Mapped[str] = mapped_column(
        Text, default="", info=personal(None, erase=BLANK, blank="", reason=DERIVED)
    )
    search_organizers_text: Mapped[str] = mapped_column(
        Text, default="", info=personal(None, erase=BLANK, blank="", reason=DERIVED)
    )
    search_members: Mapped[str] = mapped_column(
        TSVECTOR, _search("search_members_text"), info=impersonal, deferred=True
    )
    search_organizers: Mapped[str] = mapped_column(
        TSVECTOR, _search("search_organizers_text"), info=impersonal, deferred=True
    )

    facets: Mapped[list["Facet"]] = relationship(
        primaryjoin="Contact.id == foreign(Facet.contact_id)",
        order_by="Facet.kind, Facet.position",
        viewonly=True,
    )

    @hybrid_property
    def shown_place(self) -> str:
        """The place as anybody but its owner reads it."""
        return self.place if self.place_visibility in SHOWN else ""

    @shown_place.inplace.expression
    @classmethod
    def _shown_place(cls) -> ColumnElement[str]:
        return _where_shown(cls.place, cls.place_visibility)

    @hybrid_property
    def shown_about(self) -> str:
        """The text about oneself as anybody but its writer reads it."""
        return self.about if self.about_visibility in SHOWN else ""

    @shown_about.inplace.expression
    @classmethod
    def _shown_about(cls) -> ColumnElement[str]:
        return _where_shown(cls.about, cls.about_visibility)


class Facet(Tenant, Keyed):
    """One word or phrase on a card: an interest, an offer, a want."""

    __tablename__ = "facet"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "kind", "value_key"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        Index("ix_facet_value", "community_id", "kind", "value_key"),
    )

    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=DELETE))
    kind: Mapped[FacetKind] = mapped_column(one_of(FacetKind))
    value: Mapped[str] = mapped_column(String(60), info=personal("value", erase=DELETE))
    value_key: Mapped[str] = mapped_column(
        String(60), info=personal(None, erase=DELETE, reason=DERIVED)
    )
    visibility: Mapped[FacetVisibility] = mapped_column(
        one_of(FacetVisibility), default=FacetVisibility.MEMBERS
    )
    position: Mapped[int] = mapped_column(default=0)


class ContactNote(Tenant, Public):
    """A note of the organizers about a contact, seen by organizers only."""

    __tablename__ = "contact_note"
    __table_args__ = (
        tenant_key(),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("author_id", "contact", ondelete="SET NULL"),
    )

    contact_id: Mapped[int] = mapped_column(index=True, info=personal("contact", erase=DELETE))
    author_id: Mapped[int | None] = mapped_column(info=personal("author", erase=TOMBSTONE))
    words: Mapped[str] = mapped_column(Text, info=personal("note", erase=DELETE))
    created_at: Mapped[datetime]


class Tag(Tenant, Public):
    """A label of the organizers, put on contacts."""

    __tablename__ = "tag"
    __table_args__ = (tenant_key(), UniqueConstraint("community_id", "name_key"))

    name: Mapped[str] = mapped_column(String(40), info=impersonal)
    name_key: Mapped[str] = mapped_column(String(40), info=impersonal)


class ContactTag(Tenant, Keyed):
    """A tag on a contact."""

    __tablename__ = "contact_tag"
    __table_args__ = (
        UniqueConstraint("community_id", "contact_id", "tag_id"),
        tenant_fk("contact_id", "contact", ondelete="CASCADE"),
        tenant_fk("tag_id", "tag", ondelete="CASCADE"),
    )

    contact_id: Mapped[int] = mapped_column(info=personal("contact", erase=DELETE))
    tag_id: Mapped[int] = mapped_column(index=True)
