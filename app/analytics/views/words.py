"""What each number is called, and what it means, in a sentence."""

from datetime import UTC, datetime

from babel.dates import get_day_names
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from app.analytics.queries.histories import Counting
from app.web.filters import time as clock_time
from app.web.languages import language
from app.web.parts import said_once


@said_once
def label(number: str) -> str:
    """Return what a number is called."""
    return (_labels_of_people() | _labels_of_doing() | _labels_of_money())[number]


def _labels_of_people() -> dict[str, str]:
    return {
        "members": _("Members"),
        "awake": _("Awake members"),
        "sleeping": _("Sleeping members"),
        "seen": _("Ever seen"),
        "inflow": _("Joined for the first time"),
        "grown": _("Joined by themselves"),
        "imported": _("Brought by an import"),
        "returned": _("Came back"),
        "woke": _("Woke up"),
        "reactivated": _("Came back or woke up"),
        "outflow": _("Departed or fell asleep"),
        "left": pgettext("number", "Left"),
        "removed": pgettext("number", "Removed"),
        "other": _("Account erased"),
        "slept": _("Fell asleep"),
        "new_gone": _("Gone within 90 days"),
        "long_gone": _("Gone after more than 90 days"),
        "sleepers_left": _("Left while asleep"),
    }


def _labels_of_doing() -> dict[str, str]:
    return {
        "active": _("Active people"),
        "active_members": _("Active members"),
        "helped": _("People helped"),
        "places": _("Had a place"),
        "arrived": _("Came"),
        "stayed_away": _("Stayed away"),
        "held": _("Gatherings held"),
        "frequency": _("Active days per active member"),
        "depth": _("Mean weight of an act"),
        "daily": _("Active people a day"),
        "weekly": _("Active people a week"),
        "stickiness": _("Stickiness (daily of monthly)"),
        "acts": _("Acts"),
    }


def _labels_of_money() -> dict[str, str]:
    return {
        "buyers": _("Buyers"),
        "buyers_plan": _("Bought a plan"),
        "buyers_ticket": _("Bought a ticket"),
        "buyers_other": _("Bought something else"),
        "payers": _("Pay for a plan"),
        "orders": _("Orders"),
        "gross": _("Gross"),
        "refunds": _("Refunds"),
        "net": _("Net"),
        "receipt": _("Average receipt"),
        "mrr": _("Recurring a month"),
        "mrr_new": pgettext("revenue", "New"),
        "mrr_expansion": pgettext("revenue", "Expansion"),
        "mrr_reactivation": pgettext("revenue", "Back again"),
        "mrr_contraction": pgettext("revenue", "Contraction"),
        "mrr_churn": pgettext("revenue", "Lost"),
        "sold_other": pgettext("sales", "Other"),
    }


def headings() -> dict[str, str]:
    """Return the words over the columns of a list of people."""
    return {
        "name": pgettext("of a person", "Name"),
        "joined": pgettext("date of joining", "Joined"),
        "never": pgettext("last seen", "Never"),
    }


def door_label(door: str) -> str:
    """Return what a door is called through which people joined."""
    doors: dict[str, str] = {
        "founding": _("Founded it"),
        "open": _("Open door"),
        "questions": _("After questions"),
        "approval": _("Accepted by an organizer"),
        "invitation": _("By an invitation"),
        "import": _("Brought by an import"),
        "event": _("From an event"),
    }
    return doors.get(door, door)


def weekday_name(day: int, *, short: bool = False) -> str:
    """Return the name of a day of the week, Monday being 0."""
    names = get_day_names("abbreviated" if short else "wide", "stand-alone", language())
    return str(names[day])


def hour_name(hour: int) -> str:
    """Return the beginning of an hour of the day, such as 7:00 PM."""
    return clock_time(datetime(2000, 1, 1, hour, tzinfo=UTC), "UTC")


def explanation(number: str, counting: Counting) -> str:
    """Return who is counted, in a sentence."""
    return _explanations(counting)[number]


def awake_means(counting: Counting) -> str:
    """Say what keeps a member awake here."""
    if counting.is_strict:
        said: str = ngettext(
            "Awake is a member who joined, bought something or came to an event this month.",
            "Awake is a member who joined, bought something or came to an event in the last"
            " %(num)s calendar months, the month itself included.",
            counting.span,
        )
        return said
    said = ngettext(
        "Awake is a member who joined or did something this month.",
        "Awake is a member who joined or did something in the last %(num)s calendar months, the"
        " month itself included.",
        counting.span,
    )
    return str(said)


def _explanations(counting: Counting) -> dict[str, str]:
    awake = awake_means(counting)
    here = _("Everyone who joined before the end of the month and had not left by then.")
    bought = _("Everyone with an order in the month, free ones included.")
    return {
        "members": here,
        "awake": awake,
        "sleeping": awake,
        "seen": _("Everyone who was a member or did something at any time until the month's end."),
        "inflow": _("Everyone who joined for the first time ever."),
        "grown": _("Everyone who joined for the first time ever, without those an import brought."),
        "imported": _("Everyone whom an import brought. They are no growth."),
        "returned": _("Everyone who had left once and joined again."),
        "woke": _("Every sleeping member who did something."),
        "reactivated": _("Everyone who had left and joined again, or slept and did something."),
        "outflow": _("Everyone who was awake, and left or fell asleep."),
        "left": _("Everyone who was awake and left by their own will."),
        "removed": _("Everyone who was awake and was removed or banned."),
        "other": _("Everyone who was awake and whose account was erased."),
        "slept": awake,
        "new_gone": _("Everyone who departed, or fell asleep, within 90 days of joining."),
        "long_gone": _("Everyone who departed, or fell asleep, later than 90 days after joining."),
        "sleepers_left": _("Sleeping members who left or were removed: their loss was counted when"
                           " they fell asleep."),
        "active": _("Everyone who did at least one thing: members, guests, and accounts of imports"
                    " that are linked to nobody."),
        "active_members": _("Everyone who did at least one thing on a day on which they belonged."),
        "helped": _("Everyone who found an introduction useful, when both of the two did."),
        "places": _("Everyone who had a place at a gathering that took place."),
        "arrived": _("Everyone who was checked in at a gathering."),
        "stayed_away": _("Everyone with a place that stayed empty, at gatherings with a check-in."),
        "buyers": bought,
        "buyers_plan": _("Everyone with an order for a plan, renewals included."),
        "buyers_ticket": _("Everyone with an order for a ticket."),
        "buyers_other": _("Everyone with another order, free ones included."),
        "payers": _("Everyone whose plan brings recurring revenue in the month."),
    }  # fmt: skip
