"""Reports: a member tells of a broken rule; moderators work through the queue."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs

from app.accounts.current import person_here
from app.communities import hooks
from app.communities.current import current_community, current_contact, may
from app.communities.forms.reports import (
    OUTCOMES,
    SOMETHING_ELSE,
    DecisionForm,
    NoteForm,
    ReportForm,
)
from app.communities.models import (
    Contact,
    Outcome,
    Report,
    ReportAct,
    ReportState,
    ReportSubject,
    Rule,
)
from app.communities.queries import reports as reads
from app.communities.service import reports as verbs
from app.communities.views.blueprint import blueprint
from app.communities.views.members import contact_or_404
from app.communities.views.viewer import hand, viewer
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.throttle import throttle
from app.web import once
from app.web.responses import refusals_shown_in, see_other

A_DAY = 10
NEW = "communities/reports/new.html"
SHOW = "communities/reports/show.html"


@dataclass(frozen=True)
class Subject:
    """What a report is about, as its reporter knows it."""

    kind: ReportSubject
    public_id: str
    title: str
    page: str  # where they saw it
    contact: Contact | None = None
    words: str = ""  # of a message
    is_thanks: bool = False

    @property
    def way_back(self) -> tuple[str, str]:
        """Return what the link to that page says, and where it leads."""
        return _("Thanks said to you") if self.is_thanks else self.title, self.page


@blueprint.get("/c/<slug>/reports/new")
@policy.may("reports.create")
def new_report(slug: str) -> ResponseReturnValue:
    """Ask what happened."""
    return render_template(NEW, **_new_page(_report_form()))


@blueprint.post("/c/<slug>/reports")
@policy.may("reports.create")
def create_report(slug: str) -> ResponseReturnValue:
    """Put a report into the moderators' queue."""
    form = _report_form()
    page = _new_page(form)
    if not form.validate():
        return render_template(NEW, **page), 422
    with refusals_shown_in(NEW, **page):
        if once.is_first(person_here().id, counting=_count_report):
            verbs.report(
                current_community(),
                _complaint(form, page["subject"]),
                reporter=current_contact(),
                now=clock.now(),
            )
            db.session.commit()
    made, _rule = reads.own_reports(current_contact())[0]
    _thank(is_judged_here=bool(reads.handlers(made)))  # whoever sent it twice reads it too
    return see_other(url_for("communities.own_reports", slug=slug))


@blueprint.get("/c/<slug>/reports")
@policy.may("reports.create")
def own_reports(slug: str) -> ResponseReturnValue:
    """Show someone what they reported themself, and what became of it."""
    return render_template(
        "communities/reports/own.html",
        community=current_community(),
        reports=reads.own_reports(current_contact()),
    )


@blueprint.get("/c/<slug>/desk/reports")
@policy.may("reports.handle")
def reports(slug: str) -> ResponseReturnValue:
    """Show the queue of reports."""
    asked = request.args.get("state", "")
    state = ReportState(asked) if asked in set(ReportState) else ReportState.OPEN
    community = current_community()
    return render_template(
        "communities/reports/index.html",
        community=community,
        state=state.value,
        counts={one.value: n for one, n in reads.counts(community.id, viewer()).items()},
        reports=reads.queue(community.id, viewer(), state),
        outcomes={one.value: label for one, label in OUTCOMES.items()},
    )


@blueprint.get("/c/<slug>/desk/reports/<report_id>")
@policy.may("reports.handle")
def report(slug: str, report_id: str) -> ResponseReturnValue:
    """Show one report with its log."""
    return render_template(SHOW, **_page(_waiting_or_404(report_id)))


@blueprint.post("/c/<slug>/desk/reports/<report_id>/review")
@policy.may("reports.handle")
def review_report(slug: str, report_id: str) -> ResponseReturnValue:
    """Begin to look into a report."""
    waiting = _waiting_or_404(report_id)
    with refusals_shown_in(SHOW, **_page(waiting)):
        verbs.take(waiting.report, by=hand(), now=clock.now())
        db.session.commit()
    return _back(slug, report_id)


@blueprint.post("/c/<slug>/desk/reports/<report_id>/return")
@policy.may("reports.handle")
def return_report(slug: str, report_id: str) -> ResponseReturnValue:
    """Put a report back into the queue."""
    waiting = _waiting_or_404(report_id)
    with refusals_shown_in(SHOW, **_page(waiting)):
        verbs.give_back(waiting.report, by=hand(), now=clock.now())
        db.session.commit()
    return _back(slug, report_id)


@blueprint.post("/c/<slug>/desk/reports/<report_id>/notes")
@policy.may("reports.handle")
def create_report_note(slug: str, report_id: str) -> ResponseReturnValue:
    """Write into a report's log."""
    waiting, form = _waiting_or_404(report_id), NoteForm()
    page = _page(waiting, note_form=form)
    if not form.validate():
        return render_template(SHOW, **page), 422
    with refusals_shown_in(SHOW, form=form, **page):
        if once.is_first(person_here().id):
            verbs.note(waiting.report, words=form.words.data or "", by=hand(), now=clock.now())
            db.session.commit()
    return _back(slug, report_id)


@blueprint.post("/c/<slug>/desk/reports/<report_id>/outcome")
@policy.may("reports.handle")
def resolve_report(slug: str, report_id: str) -> ResponseReturnValue:
    """End a report with an outcome."""
    waiting, form = _waiting_or_404(report_id), DecisionForm()
    page = _page(waiting, decision_form=form)
    if not form.validate():
        return render_template(SHOW, **page), 422
    outcome = Outcome(form.outcome.data)
    _check_power(outcome)
    decision = verbs.Decision(outcome, reply=form.reply.data or "", reason=form.reason.data or "")
    with refusals_shown_in(SHOW, form=form, **page):
        verbs.resolve(current_community(), waiting.report, decision, by=hand(), now=clock.now())
        db.session.commit()
    flash(_("The report is resolved, and its reporter gets a mail."), "good")
    return _back(slug, report_id)


def _count_report() -> None:
    throttle("reports", key=str(current_contact().id), limit=A_DAY, per=timedelta(days=1))


def _complaint(form: ReportForm, subject: Subject) -> verbs.Complaint:
    return verbs.Complaint(
        subject=subject.kind,
        public_id=subject.public_id,
        about=subject.contact,
        rule=_named_rule(form),
        words=form.words.data or "",
    )


def _thank(*, is_judged_here: bool) -> None:
    if is_judged_here:
        flash(_("Thank you. A moderator will look at it, and you get a mail about it."), "good")
        return
    flash(
        _(
            "Thank you. Nobody here can judge it freely, so it went to those who look after "
            "this site. You get a mail about it."
        ),
        "good",
    )


def _check_power(outcome: Outcome) -> None:
    needed = {Outcome.REMOVED: "members.remove", Outcome.BANNED: "members.ban"}.get(outcome)
    if needed and not may(needed):
        raise NotThere


def _waiting_or_404(report_id: str) -> reads.Waiting:
    found = reads.report_by_id(current_community().id, viewer(), report_id)
    if found is None:
        raise NotThere
    return found


def _report_form() -> ReportForm:
    form = ReportForm()
    rules = [SelectChoice(rule.public_id, rule.title) for rule in _rules()]
    form.rule.choices = [*rules, SelectChoice(SOMETHING_ELSE, _("Something else"))]
    return form


def _rules() -> list[Rule]:
    return reads.rules_to_name(current_community().id)


def _named_rule(form: ReportForm) -> Rule | None:
    return next((rule for rule in _rules() if rule.public_id == form.rule.data), None)


def _new_page(form: ReportForm) -> dict[str, Any]:
    return {
        "community": current_community(),
        "subject": _subject(),
        "form": form,
        "refusal": None,
    }


def _subject() -> Subject:
    """Return what the address or the form names; NotThere for what the caller cannot see."""
    kind = request.values.get("subject", ReportSubject.COMMUNITY.value)
    public_id = request.values.get("subject_id", "")
    community = current_community()
    if kind == ReportSubject.COMMUNITY.value:
        home = url_for("home.community", slug=community.slug)
        return Subject(ReportSubject.COMMUNITY, community.public_id, community.name, home)
    if kind == ReportSubject.CONTACT.value:
        contact = contact_or_404(public_id)
        if contact.id == current_contact().id:
            raise NotThere
        card = _card_of(contact)
        return Subject(ReportSubject.CONTACT, contact.public_id, contact.name, card, contact)
    if kind == ReportSubject.MESSAGE.value:
        return _said(public_id, _message(public_id, reporter=current_contact()))
    title = next((one for one in hooks.event_title(community, public_id) if one), None)
    if kind != ReportSubject.EVENT.value or title is None:
        raise NotThere
    page = url_for("events.show", slug=community.slug, event_id=public_id)
    return Subject(ReportSubject.EVENT, public_id, title, page)


def _said(public_id: str, said: hooks.ReportedMessage) -> Subject:
    """Return a message as its reader reports it: words of a conversation, or thanks."""
    slug, thread = current_community().slug, said.thread_id
    page = (
        url_for("conversations.show", slug=slug, thread_id=thread)
        if thread
        else _card_of(current_contact(), anchor="thanks")
    )
    return Subject(
        ReportSubject.MESSAGE,
        public_id,
        said.author.name,
        page,
        said.author,
        words=said.words,
        is_thanks=thread is None,
    )


def _card_of(contact: Contact, *, anchor: str | None = None) -> str:
    slug = current_community().slug
    return url_for("communities.contact", slug=slug, contact_id=contact.public_id, _anchor=anchor)


def _message(public_id: str, *, reporter: Contact) -> hooks.ReportedMessage:
    """Return a message that the caller was written, or answer that there is nothing."""
    told = hooks.message_reported(current_community(), public_id, reporter)
    found = next((one for one in told if one), None)
    if found is None:
        raise NotThere
    return found


def _message_of(report: Report) -> hooks.ReportedMessage | None:
    """Return the message that a report names: its reader showed it to the moderators."""
    if report.subject is not ReportSubject.MESSAGE:
        return None
    told = hooks.message_reported(current_community(), report.subject_public_id, None)
    return next((one for one in told if one), None)


def _page(
    waiting: reads.Waiting,
    *,
    note_form: NoteForm | None = None,
    decision_form: DecisionForm | None = None,
) -> dict[str, Any]:
    community = current_community()
    report = waiting.report
    titles = hooks.event_title(community, report.subject_public_id)
    return {
        "community": community,
        "waiting": waiting,
        "report": report,
        "event_title": next((one for one in titles if one), None),
        "message": _message_of(report),
        "log": reads.log_of(report, viewer()),
        "acts": {
            ReportAct.TAKEN.value: _("took it into review"),
            ReportAct.RETURNED.value: _("put it back into the queue"),
            ReportAct.RESOLVED.value: _("resolved it"),
            ReportAct.NOTE.value: _("noted"),
        },
        "outcomes": {one.value: label for one, label in OUTCOMES.items()},
        "note_form": note_form or NoteForm(None),
        "decision_form": decision_form or DecisionForm(None),
        "refusal": None,
    }


def _back(slug: str, report_id: str) -> ResponseReturnValue:
    return see_other(url_for("communities.report", slug=slug, report_id=report_id))
