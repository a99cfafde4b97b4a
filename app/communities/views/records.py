"""Bringing activities and orders from a file: give it, look at it; the rest is every import's."""

import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Response, render_template, stream_with_context, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities import people_csv
from app.communities.current import current_community
from app.communities.forms.records import RecordsForm, StartRecordsForm
from app.communities.models import ImportKind, ImportRun, ImportState
from app.communities.queries import imports as reads
from app.communities.service import imports as verbs
from app.communities.views.blueprint import blueprint
from app.communities.views.import_words import field_words, kind_words, reason_of, state_words
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere, RuleViolation
from app.core.foreign.records import shown
from app.core.money import Money
from app.core.text import N_
from app.web import once
from app.web.responses import refusals_shown_in, see_other

INDEX = "communities/imports/records.html"
MOST_BYTES = 10 * 2**20
KINDS = (ImportKind.ACTIVITIES, ImportKind.ORDERS)


class FileTooLarge(RuleViolation):
    """The file is larger than a page takes."""

    message = N_(
        "This file is larger than %(limit)s megabytes. Whoever runs this site can bring it with "
        "“kith import”, which takes any size."
    )


@blueprint.get("/c/<slug>/desk/imports/of/<import_kind>")
@policy.may("members.import")
def record_imports(slug: str, import_kind: str) -> ResponseReturnValue:
    """Ask for a file of activities or orders, and show what was brought before."""
    return render_template(INDEX, **_index_page(_kind_or_404(import_kind), RecordsForm()))


@blueprint.post("/c/<slug>/desk/imports/of/<import_kind>")
@policy.may("members.import")
def create_record_import(slug: str, import_kind: str) -> ResponseReturnValue:
    """Take a file and look at it."""
    kind, form = _kind_or_404(import_kind), RecordsForm()
    page = _index_page(kind, form)
    if not form.validate():
        return render_template(INDEX, **page), 422
    with refusals_shown_in(INDEX, **page):
        address = once.led_to(person_here().id)
        if address is None:
            run = verbs.records.begin(
                current_community(), person_here(), kind=kind, file=_given(form), now=clock.now()
            )
            address = url_for("communities.show_import", slug=slug, import_id=run.public_id)
            once.keep(person_here().id, address)
            db.session.commit()
    return see_other(address)


@blueprint.get("/c/<slug>/desk/imports/<import_id>/rejects.csv")
@policy.may("members.import")
def import_rejects(slug: str, import_id: str) -> ResponseReturnValue:
    """Hand out the lines that were left out as a spreadsheet."""
    run = reads.import_by_id(current_community().id, import_id)
    if run is None:
        raise NotThere
    header = [_("Line"), _("Why"), _("What stands there")]
    answer = Response(
        stream_with_context(people_csv.lines(header, list(_rejects(run)))),
        content_type="text/csv; charset=utf-8",
    )
    answer.headers["Content-Disposition"] = 'attachment; filename="left-out.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def records_page(run: ImportRun, *, start_form: StartRecordsForm | None = None) -> dict[str, Any]:
    """Return what the page of an import of records shows."""
    is_preview = run.state is ImportState.PREVIEW
    sample = verbs.records.sample(run) if is_preview else []
    counts = run.counts
    return {
        "community": current_community(),
        "run": run,
        "state": run.state.value,
        "is_orders": run.kind is ImportKind.ORDERS,
        "kind": kind_words()[run.kind.value],
        "sample": [[shown(str(one.get(name, ""))) for name in _columns(sample)] for one in sample],
        "columns": _columns(sample),
        "headings": [{"label": name} for name in _columns(sample)],
        "first": _moment(counts.get("first")),
        "last": _moment(counts.get("last")),
        "sums": [Money(minor, code) for code, minor in counts.get("money", {}).items()],
        "reason_of": reason_of,
        "states": state_words(),
        "start_form": start_form or StartRecordsForm(None),
        "refusal": None,
    }


def _index_page(kind: ImportKind, form: RecordsForm) -> dict[str, Any]:
    community = current_community()
    is_orders = kind is ImportKind.ORDERS
    return {
        "community": community,
        "form": form,
        "kind": kind_words()[kind.value],
        "is_orders": is_orders,
        "import_kind": kind.value,
        "imports": reads.imports(community.id, kind),
        "states": state_words(),
        "fields": field_words(kind),
        "refusal": None,
    }


def _given(form: RecordsForm) -> io.BytesIO:
    """Return the file, never more of it than may be read."""
    if not form.file.data:
        raise verbs.NothingToBring(field="file")
    with form.file.data.stream as stream:
        data = stream.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise FileTooLarge(field="file", limit=MOST_BYTES // 2**20)
    return io.BytesIO(data)


def _kind_or_404(name: str) -> ImportKind:
    found = next((kind for kind in KINDS if kind.value == name), None)
    if found is None:
        raise NotThere
    return found


def _rejects(run: ImportRun) -> Iterator[list[str]]:
    for one in run.rejects:
        yield [str(one["line"]), reason_of(one), one["shown"]]
    more = run.counts["rejected"] + run.counts.get("quarantined", 0) - len(run.rejects)
    if more > 0:
        yield ["", _("And %(count)s more.", count=more), ""]


def _columns(sample: list[dict[str, Any]]) -> list[str]:
    """Return the fields that the first records have, in their order."""
    return list(dict.fromkeys(shown(name) for one in sample for name in one))[:12]


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
