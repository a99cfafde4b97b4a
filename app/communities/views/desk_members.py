"""The organizers' table of people: filter, tick, act; and the spreadsheet."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from app.accounts.current import person_here
from app.communities import people_csv
from app.communities.current import current_community, may
from app.communities.forms.desk_members import RemovalForm
from app.communities.models import Contact, Tag
from app.communities.queries import desk_members as reads
from app.communities.queries.people import shown_facets
from app.communities.service import selection, tags
from app.communities.service.refusals import NoOneChosen
from app.communities.views.blueprint import blueprint
from app.communities.views.members import page_asked
from app.communities.views.viewer import hand, viewer
from app.communities.views.words import facet_kinds, role_names, state_names
from app.core import audit, clock, policy, storage
from app.core.database import db, within
from app.core.errors import NotThere
from app.web.responses import refusals_shown_in, see_other

PAGE = "communities/desk/members.html"
REMOVAL = "communities/desk/removal.html"
YEARS = (1970, 2200)


@blueprint.get("/c/<slug>/desk/members")
@policy.may("members.manage")
def desk_members(slug: str) -> ResponseReturnValue:
    """Show everyone the community knows, filtered and sorted."""
    return render_template(PAGE, **_page())


@blueprint.get("/c/<slug>/desk/members.csv")
@policy.may("members.export")
def members_csv(slug: str) -> ResponseReturnValue:
    """Stream the filtered table as a spreadsheet; who took it is kept in the audit."""
    community, chosen, seer = current_community(), filter_asked(), viewer()
    audit.record(
        "members.exported",
        actor=person_here(),
        community_id=community.id,
        rows=reads.count(community, seer, chosen),
    )
    db.session.commit()
    header = [_("Name"), _("E-mail"), _("Role"), _("State"), _("Joined"), _("Left")]
    header += [_("Place"), _("Pronouns"), _("Tags"), *(kind.heading for kind in facet_kinds())]
    rows = _cells(reads.all_lines(community, seer, chosen), community.zone)
    answer = Response(
        stream_with_context(people_csv.lines(header, rows)),
        content_type="text/csv; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = f'attachment; filename="{community.slug}-members.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/c/<slug>/desk/members/selection")
@policy.may("members.manage")
def act_on_members(slug: str) -> ResponseReturnValue:
    """Tag, untag, write to or remove the ticked people."""
    act = request.form.get("act", "")
    with refusals_shown_in(PAGE, **_page()):
        people = chosen_people()
        if not people:
            raise NoOneChosen
        if act == "announce" and may("members.announce"):
            ids = [one.public_id for one in people]
            return see_other(url_for("communities.new_announcement", slug=slug, to=ids))
        if act == "remove" and may("members.remove"):
            return render_template(REMOVAL, **_removal_page(people, RemovalForm(None)))
        _tag(act, people)
        db.session.commit()
    return see_other(_url(address_of(filter_asked())))


@blueprint.post("/c/<slug>/desk/members/removal")
@policy.may("members.remove")
def remove_members(slug: str) -> ResponseReturnValue:
    """Remove the ticked people, after the page that asks."""
    form, people = RemovalForm(), chosen_people()
    page = _removal_page(people, form)
    if not form.validate():
        return render_template(REMOVAL, **page), 422
    with refusals_shown_in(REMOVAL, **page):
        words = form.words.data or ""
        done = selection.remove_several(people, words=words, by=hand(), now=clock.now())
        db.session.commit()
    said = ngettext("%(num)s member is removed.", "%(num)s members are removed.", done.removed)
    flash(said, "good")
    if done.stayed:
        flash(_("These stay: %(names)s", names=", ".join(done.stayed)), "warn")
    return see_other(url_for("communities.desk_members", slug=slug))


def filter_asked(args: Any = None) -> reads.Filter:
    """Return the filter of the address; a day that is none is left out."""
    asked = request.args if args is None else args
    return reads.Filter(
        words=asked.get("q", "")[:200],
        role=asked.get("role", "")[:32],
        state=asked.get("state", "") if asked.get("state") in set(reads.State) else "",
        tag=asked.get("tag", "")[:16],
        joined_from=_day(asked.get("joined_from", "")),
        joined_until=_day(asked.get("joined_until", "")),
        sort=asked.get("sort", "name") if asked.get("sort") in reads.SORTS else "name",
        page=page_asked(),
    )


def address_of(chosen: reads.Filter, **changes: Any) -> dict[str, Any]:
    """Return a filter as the arguments of an address."""
    asked: dict[str, Any] = {
        "q": chosen.words,
        "role": chosen.role,
        "state": chosen.state,
        "tag": chosen.tag,
    }
    asked |= {"joined_from": chosen.joined_from and chosen.joined_from.isoformat()}
    asked |= {"joined_until": chosen.joined_until and chosen.joined_until.isoformat()}
    asked |= {"sort": chosen.sort if chosen.sort != "name" else None}
    return {name: value for name, value in (asked | changes).items() if value}


def chosen_people() -> list[Contact]:
    """Return the ticked contacts, as far as the caller may see them."""
    ticked = request.form.getlist("chosen")[: selection.MOST]
    lines = reads.chosen_lines(current_community(), viewer(), ticked)
    return [line.contact for line in lines]


def _tag(act: str, people: Sequence[Contact]) -> None:
    community = current_community()
    if act == "tag":
        tags.put_tag(community, people, name=request.form.get("tag", ""))
        return
    tag: Tag | None = db.session.scalar(
        within(Tag, community.id).where(Tag.public_id == request.form.get("known_tag", "")[:16])
    )
    if act != "untag" or tag is None:
        raise NotThere
    tags.take_tag(community, people, tag=tag)


def _page() -> dict[str, Any]:
    community, chosen = current_community(), filter_asked()
    found = reads.table(community, viewer(), chosen)
    return {
        "community": community,
        "chosen": chosen,
        "found": found,
        "columns": _columns(chosen),
        "roles": role_names(),
        "states": state_names(),
        "tags": reads.tags_of(community.id),
        "address": address_of(chosen),
        "previous": _url(address_of(chosen, page=chosen.page - 1)) if chosen.page > 1 else None,
        "next": _url(address_of(chosen, page=chosen.page + 1)) if found.has_next else None,
        "file_url": storage.file_url,
        "refusal": None,
    }


def _removal_page(people: Sequence[Contact], form: RemovalForm) -> dict[str, Any]:
    return {
        "community": current_community(),
        "people": people,
        "form": form,
        "file_url": storage.file_url,
        "refusal": None,
    }


def _columns(chosen: reads.Filter) -> list[dict[str, Any]]:
    labels = {
        "name": _("Name"),
        "role": _("Role"),
        "joined": _("Joined"),
        "added": _("Known since"),
    }
    columns = {key: {"label": label, **_sorting(chosen, key)} for key, label in labels.items()}
    state, tagged = {"label": _("State")}, {"label": _("Tags")}
    return [columns["name"], columns["role"], state, columns["joined"], columns["added"], tagged]


def _sorting(chosen: reads.Filter, key: str) -> dict[str, Any]:
    directions = {key: "ascending", f"-{key}": "descending"}
    turned = f"-{key}" if chosen.sort == key else key
    sort = None if turned == "name" else turned
    return {
        "url": _url(address_of(chosen, sort=sort)),
        "direction": directions.get(chosen.sort),
    }


def _url(address: dict[str, Any]) -> str:
    return url_for("communities.desk_members", slug=current_community().slug, **address)


def _cells(lines: Iterator[reads.Line], zone: str) -> Iterator[list[str]]:
    """Yield the rows of the spreadsheet: what members read on cards, and e-mail and tags."""
    roles, states, kinds = role_names(), state_names(), facet_kinds()
    for batch in _batches(lines):
        facets: dict[tuple[int, str], list[str]] = {}
        ids = [line.contact.id for line in batch]
        for facet in shown_facets(batch[0].contact.community_id, ids):
            facets.setdefault((facet.contact_id, facet.kind.value), []).append(facet.value)
        for line in batch:
            said = [", ".join(facets.get((line.contact.id, kind.key), ())) for kind in kinds]
            yield _cells_of(line, zone, roles, states) + said


def _cells_of(
    line: reads.Line, zone: str, roles: dict[str, str], states: dict[str, str]
) -> list[str]:
    contact, membership = line.contact, line.membership
    role = membership.role_key if membership and membership.left_at is None else ""
    return [
        contact.name,
        contact.email or "",
        roles.get(role, role),
        states[line.state.value],
        _iso(membership.joined_at if membership else None, zone),
        _iso(membership.left_at if membership else None, zone),
        contact.shown_place,
        contact.pronouns,
        ", ".join(tag.name for tag in line.tags),
    ]


def _batches(lines: Iterator[reads.Line], size: int = reads.BATCH) -> Iterator[list[reads.Line]]:
    batch: list[reads.Line] = []
    for line in lines:
        batch.append(line)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _iso(moment: Any, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat() if moment else ""


def _day(text: str) -> date | None:
    """Return a day of our centuries; at the ends of the calendar zones leave it."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if YEARS[0] <= day.year <= YEARS[1] else None
