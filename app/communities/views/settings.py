"""The settings of a community: its profile, its picture, its door."""

from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from app.communities import queries
from app.communities.current import current_community
from app.communities.forms.settings import DoorForm, MarkForm, ProfileForm
from app.communities.models import Joining, Visibility
from app.communities.service import settings
from app.communities.service.settings import Door, Profile, Question
from app.communities.views.blueprint import blueprint
from app.communities.views.marks import mark_url
from app.communities.views.viewer import hand
from app.core import clock, pictures, policy, storage
from app.core.database import db
from app.web.responses import refusals_shown_in, see_other
from app.web.stale import stale_in_words_of

PAGE = "communities/settings/show.html"
DOOR_PAGE = "communities/settings/door.html"
SIDE = 512
SPARE_QUESTIONS = 2


@blueprint.get("/c/<slug>/desk/settings", endpoint="settings")
@policy.may("community.edit")
def show_settings(slug: str) -> ResponseReturnValue:
    """Show all that a community says of itself, to be changed."""
    return render_template(PAGE, **_page())


@blueprint.post("/c/<slug>/desk/settings")
@policy.may("community.edit")
def update_settings(slug: str) -> ResponseReturnValue:
    """Save what a community says of itself."""
    community = current_community()
    form = ProfileForm().prepare(hue=community.hue, zone=community.zone)
    if not form.validate():
        return render_template(PAGE, **_page(form=form)), 422
    with refusals_shown_in(PAGE, **_page(form=form)), stale_in_words_of(form):
        settings.edit_profile(community, _profile(form), version=form.version.data or 0, by=hand())
        db.session.commit()
    flash(_("The settings are saved."), "good")
    return see_other(url_for("communities.settings", slug=slug))


@blueprint.post("/c/<slug>/desk/settings/mark")
@policy.may("community.edit")
def update_mark(slug: str) -> ResponseReturnValue:
    """Give the community a picture."""
    form = MarkForm()
    if not form.validate():
        return render_template(PAGE, **_page(mark_form=form)), 422
    community = current_community()
    with refusals_shown_in(PAGE, form=form, **_page(mark_form=form)):
        picture = pictures.accept(form.picture.data.stream, square=SIDE)
        kept = storage.keep_picture(picture, community_id=community.id)
        settings.set_mark(community, kept.key, by=hand())
        db.session.commit()
    flash(_("The picture is in place."), "good")
    return see_other(url_for("communities.settings", slug=slug, _anchor="picture"))


@blueprint.post("/c/<slug>/desk/settings/mark/removal")
@policy.may("community.edit")
def remove_mark(slug: str) -> ResponseReturnValue:
    """Take the picture away."""
    settings.set_mark(current_community(), None, by=hand())
    db.session.commit()
    flash(_("The picture is gone; the first letter stands in for it."), "good")
    return see_other(url_for("communities.settings", slug=slug, _anchor="picture"))


@blueprint.get("/c/<slug>/desk/joining")
@policy.may("joining.edit")
def door(slug: str) -> ResponseReturnValue:
    """Show how people come in, to be changed."""
    community = current_community()
    form = DoorForm(None, obj=community, questions=_stored_questions(community.id))
    return _door_page(form)


@blueprint.post("/c/<slug>/desk/joining")
@policy.may("joining.edit")
def update_door(slug: str) -> ResponseReturnValue:
    """Save how people come in."""
    form = DoorForm()
    if not form.validate():
        return _door_page(form, status=422)
    with stale_in_words_of(form):
        settings.edit_door(
            current_community(),
            Door(
                joining=Joining(form.joining.data),
                welcome=form.welcome.data or "",
                questions=[
                    Question(
                        words=entry.form.words.data or "",
                        is_required=bool(entry.form.is_required.data),
                        public_id=entry.form.public_id.data or "",
                    )
                    for entry in form.questions
                ],
            ),
            version=form.version.data or 0,
            by=hand(),
            now=clock.now(),
        )
        db.session.commit()
    flash(_("The door is set."), "good")
    return see_other(url_for("communities.door", slug=slug))


def _profile(form: ProfileForm) -> Profile:
    return Profile(
        name=form.name.data or "",
        purpose=form.purpose.data or "",
        about=form.about.data or "",
        visibility=Visibility(form.visibility.data),
        hue=form.hue.data,
        zone=form.zone.data or "",
        language=form.language.data or "",
        currency=form.currency.data or "",
    )


def _page(*, form: ProfileForm | None = None, mark_form: MarkForm | None = None) -> dict[str, Any]:
    community = current_community()
    shown = form or ProfileForm(None, obj=community).prepare(hue=community.hue, zone=community.zone)
    return {
        "community": community,
        "profile_form": shown,
        "mark_form": mark_form or MarkForm(None),
        "picture_url": mark_url(community),
        "refusal": None,
    }


def _stored_questions(community_id: int) -> list[dict[str, Any]]:
    return [
        {"public_id": one.public_id, "words": one.words, "is_required": one.is_required}
        for one in queries.questions(community_id)
    ]


def _door_page(form: DoorForm, *, status: int = 200) -> ResponseReturnValue:
    """Render the door with room for more questions below the written ones."""
    room = settings.MOST_QUESTIONS - len(form.questions)
    blank = sum(not (entry.form.words.data or "").strip() for entry in form.questions)
    for _spare in range(min(room, SPARE_QUESTIONS - blank)):
        form.questions.append_entry({"is_required": True})
    page = render_template(
        DOOR_PAGE, community=current_community(), form=form, refusal=None, path=request.path
    )
    return page, status
