"""Bringing people from a list: give it, look at it, run it, take it back."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs

from app.accounts.current import person_here
from app.communities.current import current_community
from app.communities.forms.imports import ListForm, ReadingForm, StartForm
from app.communities.forms.records import StartRecordsForm
from app.communities.importers import DELIMITERS, ENCODINGS, FIELDS
from app.communities.models import ImportKind, ImportRun, ImportState
from app.communities.queries import imports as reads
from app.communities.service import imports as verbs
from app.communities.views.blueprint import blueprint
from app.communities.views.import_words import reason_of, state_words
from app.communities.views.records import records_page
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.foreign.decoding import MOST_BYTES
from app.web import once
from app.web.responses import refusals_shown_in, see_other

INDEX = "communities/imports/index.html"
SHOW = "communities/imports/show.html"
RECORDS = "communities/imports/records_show.html"


@blueprint.get("/c/<slug>/desk/imports")
@policy.may("members.import")
def imports(slug: str) -> ResponseReturnValue:
    """Ask for a list, and show what was brought before."""
    return render_template(INDEX, **_index_page(ListForm()))


@blueprint.post("/c/<slug>/desk/imports")
@policy.may("members.import")
def create_import(slug: str) -> ResponseReturnValue:
    """Take a list and look at it."""
    form = ListForm()
    page = _index_page(form)
    if not form.validate():
        return render_template(INDEX, **page), 422
    data, is_pasted = _given(form)
    with refusals_shown_in(INDEX, **page):
        address = once.led_to(person_here().id)
        if address is None:
            run = verbs.begin(
                current_community(),
                person_here(),
                data=data,
                is_pasted=is_pasted,
                now=clock.now(),
                languages=list(request.accept_languages.values()),
            )
            address = url_for("communities.show_import", slug=slug, import_id=run.public_id)
            once.keep(person_here().id, address)
            db.session.commit()
    return see_other(address)


@blueprint.get("/c/<slug>/desk/imports/<import_id>")
@policy.may("members.import")
def show_import(slug: str, import_id: str) -> ResponseReturnValue:
    """Show an import: the look, the progress, or what came of it."""
    run = _run_or_404(import_id)
    return render_template(_page_of(run), **_page(run))


@blueprint.post("/c/<slug>/desk/imports/<import_id>/reading")
@policy.may("members.import")
def update_import(slug: str, import_id: str) -> ResponseReturnValue:
    """Read the list anew, with corrected columns."""
    run = _run_or_404(import_id)
    if run.kind is not ImportKind.MEMBERS:
        raise NotThere
    form = _reading_form(run)
    if not form.validate():
        return render_template(SHOW, **_page(run)), 422
    with refusals_shown_in(SHOW, **_page(run)):
        verbs.read_anew(run, _corrected(run, form))
        db.session.commit()
    return _to(slug, run)


@blueprint.post("/c/<slug>/desk/imports/<import_id>/run")
@policy.may("members.import")
def start_import(slug: str, import_id: str) -> ResponseReturnValue:
    """Let the people be added."""
    run = _run_or_404(import_id)
    if run.kind is not ImportKind.MEMBERS:
        return _start_records(slug, run)
    form = StartForm()
    page = _page(run, start_form=form)
    if not form.validate():
        return render_template(SHOW, **page), 422
    with refusals_shown_in(SHOW, **page):
        verbs.start(
            run,
            person=person_here(),
            tag=form.tag.data or "",
            invites=bool(form.invites.data),
        )
        db.session.commit()
    return _to(slug, run)


@blueprint.post("/c/<slug>/desk/imports/<import_id>/undoing")
@policy.may("members.import")
def undo_import(slug: str, import_id: str) -> ResponseReturnValue:
    """Take an import back."""
    run = _run_or_404(import_id)
    with refusals_shown_in(_page_of(run), **_page(run)):
        verbs.ask_to_undo(run, person=person_here())
        db.session.commit()
    return _to(slug, run)


@blueprint.post("/c/<slug>/desk/imports/<import_id>/removal")
@policy.may("members.import")
def drop_import(slug: str, import_id: str) -> ResponseReturnValue:
    """Forget a list that was only looked at."""
    run = _run_or_404(import_id)
    kind = run.kind
    with refusals_shown_in(_page_of(run), **_page(run)):
        verbs.drop(run)
        db.session.commit()
    if kind is not ImportKind.MEMBERS:
        flash(_("The file is forgotten. Nothing was brought."), "good")
        return see_other(url_for("communities.record_imports", slug=slug, import_kind=kind.value))
    flash(_("The list is forgotten. Nobody was added."), "good")
    return see_other(url_for("communities.imports", slug=slug))


def _start_records(slug: str, run: ImportRun) -> ResponseReturnValue:
    form = StartRecordsForm()
    page = records_page(run, start_form=form)
    if not form.validate():
        return render_template(RECORDS, **page), 422
    with refusals_shown_in(RECORDS, **page):
        verbs.records.start(run, person=person_here(), with_text=bool(form.with_text.data))
        db.session.commit()
    return _to(slug, run)


def _page_of(run: ImportRun) -> str:
    return SHOW if run.kind is ImportKind.MEMBERS else RECORDS


def _given(form: ListForm) -> tuple[bytes, bool]:
    """Return the list as bytes, never more than may be read, and whether it was pasted."""
    pasted = form.pasted.data or ""
    if pasted.strip():
        return pasted.encode("utf-8", "replace"), True
    return (form.file.data.stream.read(MOST_BYTES + 1) if form.file.data else b""), False


def _run_or_404(import_id: str) -> ImportRun:
    found = reads.import_by_id(current_community().id, import_id)
    if found is None:
        raise NotThere
    return found


def _corrected(run: ImportRun, form: ReadingForm) -> verbs.Options:
    """Return how the page says the list is to be read; new cells mean new guesses."""
    before = verbs.Options.of(run)
    if before.is_pasted:
        return before
    encoding, delimiter = form.encoding.data or "", form.delimiter.data or ""
    if (encoding, delimiter) != (before.encoding, before.delimiter):
        return verbs.Options(encoding=encoding, delimiter=delimiter)
    columns = tuple(
        chosen if chosen in FIELDS else ""
        for chosen in (request.form.get(f"column-{n}", "") for n in range(len(before.columns)))
    )
    return verbs.Options(encoding, delimiter, columns, bool(form.has_header.data))


def _reading_form(run: ImportRun) -> ReadingForm:
    options = verbs.Options.of(run)
    form = ReadingForm(
        None if request.endpoint != "communities.update_import" else request.form,
        encoding=options.encoding,
        delimiter=options.delimiter,
        has_header=bool(options.has_header),
    )
    form.encoding.choices = [
        SelectChoice(key, f"{_(one.letters)} ({one.name})") for key, one in ENCODINGS.items()
    ]
    form.delimiter.choices = [SelectChoice(one, _(name)) for one, name in DELIMITERS.items()]
    return form


def _index_page(form: ListForm) -> dict[str, Any]:
    community = current_community()
    return {
        "community": community,
        "form": form,
        "imports": reads.imports(community.id, ImportKind.MEMBERS),
        "states": state_words(),
        "refusal": None,
    }


def _page(run: ImportRun, *, start_form: StartForm | None = None) -> dict[str, Any]:
    if run.kind is not ImportKind.MEMBERS:
        return records_page(run)
    is_preview = run.state is ImportState.PREVIEW
    options = verbs.Options.of(run)
    return {
        "community": current_community(),
        "run": run,
        "state": run.state.value,
        "look": verbs.look_at(verbs.content(run), options) if is_preview else None,
        "options": options,
        "fields": _fields(),
        "reason_of": reason_of,
        "states": state_words(),
        "reading_form": _reading_form(run),
        "start_form": start_form or StartForm(None),
        "refusal": None,
    }


def _fields() -> dict[str, str]:
    return {
        "": _("Leave out"),
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "email": _("E-mail"),
        "place": _("Place"),
        "pronouns": _("Pronouns"),
        "about": _("About them"),
        "tags": _("Tags"),
    }


def _to(slug: str, run: ImportRun) -> ResponseReturnValue:
    return see_other(url_for("communities.show_import", slug=slug, import_id=run.public_id))
