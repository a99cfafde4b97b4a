"""The words that matching's pages share: kinds, questions, and the times of a week."""

from dataclasses import dataclass

from flask import Flask
from flask_babel import gettext as _
from flask_babel import pgettext

from app.communities.models import FacetKind
from app.matching.models import MatchKind
from app.matching.steps import Step
from app.web.parts import said_once


def init_app(app: Flask) -> None:
    """Teach templates to name a time of the week."""
    app.jinja_env.globals["week_time"] = lambda slot: week_times()[int(slot)]


@said_once
def kind_titles() -> dict[MatchKind, str]:
    """Return the kinds of matches in the plural."""
    return {
        MatchKind.FRIEND: _("Friends"),
        MatchKind.MENTOR: _("Mentors"),
        MatchKind.COLLABORATOR: _("Collaborators"),
    }


def week_times() -> list[str]:
    """Return the mornings, afternoons and evenings of a week, Monday first."""
    return [
        _("Monday morning"), _("Monday afternoon"), _("Monday evening"),
        _("Tuesday morning"), _("Tuesday afternoon"), _("Tuesday evening"),
        _("Wednesday morning"), _("Wednesday afternoon"), _("Wednesday evening"),
        _("Thursday morning"), _("Thursday afternoon"), _("Thursday evening"),
        _("Friday morning"), _("Friday afternoon"), _("Friday evening"),
        _("Saturday morning"), _("Saturday afternoon"), _("Saturday evening"),
        _("Sunday morning"), _("Sunday afternoon"), _("Sunday evening"),
    ]  # fmt: skip


@dataclass(frozen=True)
class Question:
    """How one question is asked."""

    title: str
    hint: str


def questions() -> dict[Step, Question]:
    """Return the questions in words."""
    return _questions_of_the_card() | _questions_of_circumstances()


def _questions_of_the_card() -> dict[Step, Question]:
    return {
        Step.INTERESTS: Question(
            _("What do you like to talk about?"),
            _("Topics that make you stay longer. The rare ones find people best."),
        ),
        Step.OFFERS: Question(
            _("What can others ask you for?"),
            _("Skills, help, an ear: what you gladly give."),
        ),
        Step.WANTS: Question(
            _("What are you looking for?"),
            _("What you would like to learn, find or borrow."),
        ),
        Step.GOALS: Question(
            _("What are you here for?"),
            _("What would make this community worth your time."),
        ),
        Step.LANGUAGES: Question(
            _("Which languages do you speak?"),
            _("Well enough for a talk."),
        ),
        Step.LIFE: Question(
            _("Where are you in life?"),
            _("Whoever is in the same place understands. Nobody sees it unless you say so."),
        ),
        Step.VALUES: Question(
            _("What matters to you?"),
            _("How you like people to deal with each other. Faith and politics stay out of it."),
        ),
    }


def _questions_of_circumstances() -> dict[Step, Question]:
    return {
        Step.EXPERIENCE: Question(
            _("How long have you done it?"),
            _("This helps to find mentors who are a few years ahead, not a lifetime."),
        ),
        Step.HOURS: Question(
            _("When do you have time?"),
            _("The parts of a usual week in which you could meet or call."),
        ),
        Step.PLACE: Question(
            _("Where do you live?"),
            _("If others see it, it stands on your card. Else it only helps to find people near."),
        ),
    }


def week_days() -> list[tuple[str, list[tuple[int, str]]]]:
    """Return the days of a week, each with its slots in words."""
    days = [
        _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
        _("Sunday"),
    ]  # fmt: skip
    parts = [_("Morning"), _("Afternoon"), _("Evening")]
    return [
        (day, [(number * len(parts) + place, part) for place, part in enumerate(parts)])
        for number, day in enumerate(days)
    ]


def examples(kind: FacetKind) -> list[str]:
    """Return words to start from where a community has not many of its own yet."""
    known: dict[FacetKind, list[str]] = {
        FacetKind.INTEREST: [
            _("Cooking"), _("Hiking"), _("Board games"), _("Gardening"), _("Photography"),
            _("Music"), _("Books"), _("Cycling"), _("Technology"), pgettext("topic", "History"),
        ],
        FacetKind.OFFER: [
            _("Proofreading"), _("Repairing things"), _("Cooking for many"), _("Listening"),
            _("Web design"), _("Bookkeeping"), _("Language practice"), _("Moving help"),
            _("Taking photos"), _("Teaching an instrument"),
        ],
        FacetKind.WANT: [
            _("Language practice"), _("Someone to run with"), _("Career advice"),
            _("A study group"), _("Help with a website"), _("Public speaking"),
            _("A sewing machine"), _("Feedback on writing"), _("A garden plot"),
            _("Guitar lessons"),
        ],
        FacetKind.GOAL: [
            _("Meet people nearby"), _("Learn something new"), _("Find a mentor"),
            _("Start a project"), _("Give something back"), _("Change jobs"),
            _("Feel at home here"), _("Stay active"), _("Share what I know"),
            _("Organize gatherings"),
        ],
        FacetKind.LANGUAGE: [
            "English", "Español", "Français", "Deutsch", "中文", "Русский", "Bahasa Indonesia",
            "Português", "العربية", "हिन्दी",
        ],
        FacetKind.LIFE: _lives(),
        FacetKind.VALUE: _values(),
    }  # fmt: skip
    return known[kind]


def _lives() -> list[str]:
    return [
        pgettext("life situation", "New in town"), pgettext("life situation", "New parent"),
        pgettext("life situation", "Between jobs"), pgettext("life situation", "Studying"),
        pgettext("life situation", "Newly retired"),
        pgettext("life situation", "Changing careers"),
        pgettext("life situation", "Working from home"),
        pgettext("life situation", "Self-employed"),
        pgettext("life situation", "Caring for someone"),
        pgettext("life situation", "Children have moved out"),
    ]  # fmt: skip


def _values() -> list[str]:
    return [
        pgettext("value", "Honesty"), pgettext("value", "Curiosity"), pgettext("value", "Craft"),
        pgettext("value", "Kindness"), pgettext("value", "Humour"), pgettext("value", "Fairness"),
        pgettext("value", "Reliability"), pgettext("value", "Independence"),
        pgettext("value", "Patience"), pgettext("value", "Courage"),
    ]  # fmt: skip
