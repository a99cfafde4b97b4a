"""Two more kinds of words on a card, and who sees its place and its text about oneself.

A hidden place stood apart, beside years and hours; now the card holds each place and says who
sees it. A card with a shown place kept that one as its own, so a hidden one beside it goes.

On the way down words that the older release does not know go, and so does a text that was
hidden, for that release shows every text. What it knows to hide, the place, stays hidden.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_who_sees_what"
down_revision = "0010_settled"
branch_labels = None
depends_on = None

SEEN_BY = ("public", "members", "matching", "off")
KINDS = ("interest", "offer", "want", "goal", "language")
NEW_KINDS = ("life", "value")


def upgrade() -> None:
    _let_kinds_be(*KINDS, *NEW_KINDS)
    for name in ("place", "about"):
        _add_visibility("contact", name, "members")
    op.execute(
        "UPDATE contact SET place = hidden.place, place_visibility = hidden.place_visibility"
        " FROM match_profile AS hidden"
        " WHERE hidden.community_id = contact.community_id AND hidden.contact_id = contact.id"
        " AND hidden.place <> '' AND contact.place = ''"
    )
    op.drop_constraint(op.f("ck_match_profile_a_shown_place_is_the_cards"), "match_profile")
    op.drop_constraint(op.f("ck_match_profile_place_visibility"), "match_profile")
    op.drop_column("match_profile", "place_visibility")
    op.drop_column("match_profile", "place")


def downgrade() -> None:
    op.add_column("match_profile", sa.Column("place", sa.String(80), server_default="", nullable=False))
    op.alter_column("match_profile", "place", server_default=None)
    _add_visibility("match_profile", "place", "matching")
    op.create_check_constraint(
        op.f("ck_match_profile_a_shown_place_is_the_cards"),
        "match_profile",
        "place = '' OR place_visibility IN ('matching', 'off')",
    )
    op.execute(
        "INSERT INTO match_profile AS known (community_id, contact_id, experience_visibility,"
        " zone, hours, hours_visibility, place, place_visibility, mentees, updated_at)"
        " SELECT community_id, id, 'matching', '', 0, 'matching', place, place_visibility, 3, now()"
        " FROM contact WHERE place <> '' AND place_visibility IN ('matching', 'off')"
        " ON CONFLICT (community_id, contact_id)"
        " DO UPDATE SET place = excluded.place, place_visibility = excluded.place_visibility"
    )
    op.execute("UPDATE contact SET place = '' WHERE place_visibility IN ('matching', 'off')")
    op.execute("UPDATE contact SET about = '' WHERE about_visibility IN ('matching', 'off')")
    for name in ("place", "about"):
        op.drop_constraint(op.f(f"ck_contact_{name}_visibility"), "contact")
        op.drop_column("contact", f"{name}_visibility")
    op.execute("DELETE FROM suggestion")  # their reasons may name such words; a job computes anew
    op.execute(f"DELETE FROM facet WHERE kind IN ({_listed(*NEW_KINDS)})")  # noqa: S608 - constants
    _let_kinds_be(*KINDS)


def _add_visibility(table: str, name: str, at_first: str) -> None:
    column = f"{name}_visibility"
    op.add_column(table, sa.Column(column, sa.String(32), server_default=at_first, nullable=False))
    op.alter_column(table, column, server_default=None)
    op.create_check_constraint(
        op.f(f"ck_{table}_{column}"), table, f"{column} IN ({_listed(*SEEN_BY)})"
    )


def _let_kinds_be(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_facet_facet_kind"), "facet")
    op.create_check_constraint(op.f("ck_facet_facet_kind"), "facet", f"kind IN ({_listed(*kinds)})")


def _listed(*words: str) -> str:
    return ", ".join(f"'{word}'" for word in words)
