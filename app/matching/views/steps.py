"""The questions of matching, one a page; each may be skipped, and each says who sees the answer."""

from collections.abc import Callable
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than stubs

from app.accounts.current import person_here
from app.communities.current import current_community, current_contact
from app.communities.models import Contact, FacetKind, FacetVisibility
from app.core import clock, policy
from app.core.database import db
from app.core.errors import NotThere
from app.core.text import clean_line, normalise
from app.events.wall_time import zones
from app.matching import hours, queries, service
from app.matching.forms import ExperienceForm, HoursForm, PlaceForm, SeenForm, WordsForm
from app.matching.models import MatchProfile
from app.matching.steps import ASKS_WORDS, Step
from app.matching.views.blueprint import blueprint
from app.matching.views.words import examples, questions, week_days
from app.web.responses import refusals_shown_in, see_other

CHIPS = 10
PAGE = "matching/step.html"
HIDDEN = {"visibility": FacetVisibility.MATCHING.value}  # years and hours nobody asked to show


@blueprint.get("/c/<slug>/matches/questions/<step>")
@policy.may("matches.view")
def step(slug: str, step: str) -> ResponseReturnValue:
    """Ask one question."""
    asked = _step_or_404(step)
    return render_template(PAGE, **_page(slug, asked, FORMS[asked](asked, current_contact())))


@blueprint.post("/c/<slug>/matches/questions/<step>")
@policy.may("matches.view")
def update_step(slug: str, step: str) -> ResponseReturnValue:
    """Take the answer to one question and go on to the next."""
    asked = _step_or_404(step)
    form = FORMS[asked](asked, None)
    page = _page(slug, asked, form)
    if not form.validate():
        return render_template(PAGE, **page), 422
    with refusals_shown_in(PAGE, **page):
        KEEPS[asked](asked, form)
        db.session.commit()
    return see_other(page["next_url"])


def _step_or_404(name: str) -> Step:
    if name not in set(Step):
        raise NotThere
    return Step(name)


def _page(slug: str, asked: Step, form: Any) -> dict[str, Any]:
    words = ASKS_WORDS.get(asked)
    after = asked.after
    back = url_for("matching.index", slug=slug)
    return {
        "slug": slug,
        "asked": asked,
        "question": questions()[asked],
        "total": len(Step),
        "form": form,
        "next_url": url_for("matching.step", slug=slug, step=after) if after else back,
        "refusal": None,
        "chips": _chips(words, form) if words else [],
        "days": week_days() if asked is Step.HOURS else [],
    }


def _chips(kind: FacetKind, form: WordsForm) -> list[tuple[str, bool, bool]]:
    """Return (word, is ticked, is on the card already): one's own, then ten from others."""
    contact = current_contact()
    own = queries.own_words(contact, kind)
    known = {key for key, _word in own}
    others = queries.popular_words(contact.community_id, kind, CHIPS + len(own))
    fresh: dict[str, str] = {}
    for key, word in [*others, *((normalise(word), word) for word in examples(kind))]:
        if key not in known and len(fresh) < CHIPS:
            fresh.setdefault(key, word)
    sent = set(form.word.data or ()) if request.method == "POST" else None
    return [
        *((word, sent is None or word in sent, True) for _key, word in own),
        *((word, sent is not None and word in sent, False) for word in fresh.values()),
    ]


def _words_form(asked: Step, contact: Contact | None) -> SeenForm:
    first = {"visibility": ASKS_WORDS[asked].first_seen_by.value}
    return WordsForm(**first) if contact is None else WordsForm(None, **first)


def _experience_form(_asked: Step, contact: Contact | None) -> SeenForm:
    profile = queries.profile_of(current_contact())
    seen = {"visibility": profile.experience_visibility.value} if profile else HIDDEN
    if contact is None:
        return ExperienceForm(**seen)
    said = {"years": profile.experience, "mentees": profile.mentees} if profile else {}
    return ExperienceForm(None, **said, **seen)


def _hours_form(_asked: Step, contact: Contact | None) -> SeenForm:
    profile = queries.profile_of(current_contact())
    seen = {"visibility": profile.hours_visibility.value} if profile else HIDDEN
    here = person_here().zone
    said = _hours_said(profile, here)
    form = HoursForm(**seen) if contact is None else HoursForm(None, **said, **seen)
    names = sorted({*zones(), here})
    form.zone.choices = [SelectChoice(name, name.replace("_", " ")) for name in names]
    return form


def _hours_said(profile: MatchProfile | None, zone: str) -> dict[str, Any]:
    if profile is None or not profile.zone:
        return {"zone": zone, "slot": []}
    return {"zone": profile.zone, "slot": hours.slots_of(profile.hours)}


def _place_form(_asked: Step, contact: Contact | None) -> SeenForm:
    seen = {"visibility": current_contact().place_visibility.value}
    return PlaceForm(**seen) if contact is None else PlaceForm(None, place=contact.place, **seen)


FORMS: dict[Step, Callable[[Step, Contact | None], Any]] = {
    **dict.fromkeys(ASKS_WORDS, _words_form),
    Step.EXPERIENCE: _experience_form,
    Step.HOURS: _hours_form,
    Step.PLACE: _place_form,
}
"""The form of each question: of a contact, filled with what is known; of nobody, as sent."""


def _keep_words(asked: Step, form: WordsForm) -> None:
    kind, contact = ASKS_WORDS[asked], current_contact()
    own = {word for _key, word in queries.own_words(contact, kind)}
    ticked = [clean_line(word) for word in (form.word.data or [])]
    written = [line for part in (form.more.data or "").split(",") if (line := clean_line(part))]
    seen = [word for word in (form.had.data or []) if word in own]
    words = service.Words(
        kind=kind,
        added=[word for word in [*ticked, *written] if word not in own],
        removed=[word for word in seen if word not in ticked],
        visibility=FacetVisibility(form.visibility.data),
    )
    service.say_words(current_community(), contact, words, now=clock.now())


def _keep_experience(_asked: Step, form: ExperienceForm) -> None:
    service.say_experience(
        current_contact(),
        form.years.data,
        mentees=form.mentees.data or 0,
        visibility=FacetVisibility(form.visibility.data),
        now=clock.now(),
    )


def _keep_hours(_asked: Step, form: HoursForm) -> None:
    service.say_hours(
        current_contact(),
        hours.mask(form.slot.data or []),
        zone=form.zone.data,
        visibility=FacetVisibility(form.visibility.data),
        now=clock.now(),
    )


def _keep_place(_asked: Step, form: PlaceForm) -> None:
    service.say_place(
        current_community(),
        current_contact(),
        form.place.data or "",
        visibility=FacetVisibility(form.visibility.data),
        now=clock.now(),
    )


KEEPS: dict[Step, Callable[[Step, Any], None]] = {
    **dict.fromkeys(ASKS_WORDS, _keep_words),
    Step.EXPERIENCE: _keep_experience,
    Step.HOURS: _keep_hours,
    Step.PLACE: _keep_place,
}
