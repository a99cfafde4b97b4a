"""Introductions: who said yes too, where one talks with them, and what came of it."""

from datetime import datetime
from typing import Any

from flask import flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.accounts.current import person_here
from app.communities.current import current_community, current_contact
from app.conversations.queries import Taking
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.storage import file_url
from app.matching.forms import InTouchForm, MetForm
from app.matching.models import AnswerStep
from app.matching.queries import introductions as reads
from app.matching.queries.introductions import IntroductionRow
from app.matching.service import outcomes
from app.matching.service.outcomes import Said
from app.matching.views.blueprint import blueprint
from app.web.responses import refusals_shown_in, see_other

SHOW = "matching/introduction.html"


@blueprint.get("/c/<slug>/introductions")
@policy.may("matches.view")
def introductions(slug: str) -> ResponseReturnValue:
    """List whom a member was introduced to, and the hellos that wait."""
    now = clock.now()
    rows = reads.introductions_of(_me())
    return render_template(
        "matching/introductions.html",
        slug=slug,
        zone=current_community().zone,
        introductions=[(row, _question(row, now) is not None) for row in rows],
        hellos=reads.hellos_waiting(_me(), now),
        file_url=file_url,
    )


@blueprint.get("/c/<slug>/introductions/<introduction_id>")
@policy.may("matches.view")
def introduction(slug: str, introduction_id: str) -> ResponseReturnValue:
    """Show one introduction."""
    return render_template(SHOW, **_page(slug, _row_or_404(introduction_id)))


@blueprint.post("/c/<slug>/introductions/<introduction_id>/answers")
@policy.may("matches.view")
def create_answer(slug: str, introduction_id: str) -> ResponseReturnValue:
    """Take what one of the two says of it; the other never sees it."""
    row = _row_or_404(introduction_id)
    here = url_for("matching.introduction", slug=slug, introduction_id=introduction_id)
    step = _question(row, clock.now())
    if step is None and row.answered:
        return see_other(here)  # pressed twice
    if step is None:
        raise NotThere
    form: MetForm | InTouchForm = MetForm() if step is AnswerStep.SOON else InTouchForm()
    page = _page(slug, row, form)
    if not form.validate():
        return render_template(SHOW, **page), 422
    with refusals_shown_in(SHOW, **page):
        outcomes.answer(row.introduction, current_contact(), _said(form), now=clock.now())
        db.session.commit()
    flash(_("Thank you. What you said is kept."), "good")
    return see_other(here)


def _said(form: MetForm | InTouchForm) -> Said:
    if isinstance(form, InTouchForm):
        return Said(AnswerStep.LATER, in_touch=form.in_touch.data == "yes")
    useful = int(form.useful.data) if form.useful.data else None
    return Said(AnswerStep.SOON, met=form.met.data == "yes", useful=useful)


def _question(row: IntroductionRow, now: datetime) -> AnswerStep | None:
    """Return what the reader may be asked now: the first question that is due and unanswered."""
    due = outcomes.due_steps(row.introduction, now=now)
    return next((step for step in due if step not in row.answered), None)


def _me() -> Taking:
    return Taking(current_community().id, current_contact().id, person_here().id)


def _row_or_404(introduction_id: str) -> IntroductionRow:
    rows = reads.introductions_of(_me(), public_id=introduction_id)
    if not rows:
        raise NotThere
    return rows[0]


def _page(
    slug: str, row: IntroductionRow, form: MetForm | InTouchForm | None = None
) -> dict[str, Any]:
    step = _question(row, clock.now())
    empty = {AnswerStep.SOON: MetForm, AnswerStep.LATER: InTouchForm}
    picture_key = row.other.picture_key
    return {
        "slug": slug,
        "zone": current_community().zone,
        "row": row,
        "step": step.value if step else None,
        "form": form or (empty[step](None) if step else None),
        "picture_url": file_url(picture_key) if picture_key else None,
        "refusal": None,
    }
