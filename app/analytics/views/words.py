"""What each number is called, and what it means, in a sentence."""

from collections.abc import Collection
from datetime import UTC, datetime

from babel.dates import get_day_names
from flask_babel import gettext as _
from flask_babel import ngettext, pgettext

from app.analytics.changes import Change, ToldBy
from app.analytics.months import Month
from app.analytics.numbers import BOUGHT, CAME, COHORT, DOOR, DOORS, MOVED, PAID, SEEN
from app.analytics.queries.histories import Counting
from app.web.filters import month_year
from app.web.filters import time as clock_time
from app.web.languages import language
from app.web.parts import said_once


@said_once
def label(number: str) -> str:
    """Return what a number is called."""
    if number.startswith(DOOR):
        return door_label(number.removeprefix(DOOR))
    return (_labels_of_people() | _labels_of_doing() | _labels_of_money())[number]


def label_of_change(change: Change) -> str:
    """Return what a restated number is called: one that is folded, with its heading."""
    name: str = label(change.number)
    if not change.is_first:
        name = _("%(number)s (%(section)s)", number=name, section=section_of(change.number))
    return name


def section_of(number: str) -> str:
    """Return under which heading of the page a number stands."""
    sections: dict[str, Collection[str]] = {
        _("Recurring revenue"): PAID,
        _("Sales"): BOUGHT,
        _("Gatherings"): CAME,
        _("Members"): {*MOVED, SEEN},
        _("Who stays"): {COHORT},
    }
    found = (said for said, numbers in sections.items() if number in numbers)
    return next(found, _("Activity"))


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
        "came": _("Came to be awake"),
        "outflow": _("Departed or fell asleep"),
        "departed": _("Left, removed or erased"),
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
        "guests": _("Guests and others"),
        "helped": _("People helped"),
        "turned": _("Turned to another member"),
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
        "cohort": _("Who stays"),
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
        "per_order": _("Average of all orders, free ones too"),
        "per_buyer": _("Average per buyer"),
        "strange": _("Orders in another currency"),
        "net_plan": _("Plans"),
        "net_ticket": _("Tickets"),
        "mrr": _("Recurring a month"),
        "mrr_new": pgettext("revenue", "New"),
        "mrr_expansion": pgettext("revenue", "Expansion"),
        "mrr_reactivation": pgettext("revenue", "Back again"),
        "mrr_contraction": pgettext("revenue", "Contraction"),
        "mrr_churn": pgettext("revenue", "Lost"),
        "net_other": pgettext("sales", "Other"),
    }


def import_name(told_by: ToldBy) -> str:
    """Name an import: what it brought, and where from."""
    kinds = {"members": _("People"), "activities": _("Activity"), "orders": _("Orders")}
    kind: str = kinds[told_by.kind]
    if not told_by.source:
        return kind
    said: str = _("%(kind)s from %(source)s", kind=kind, source=told_by.source)
    return said


def hour_of_week(day: int, hour: int) -> str:
    """Return what an hour of the week is called: weekday 1-7, hour 0-23."""
    said: str = _("%(day)s at %(hour)s", day=weekday_name(day - 1), hour=hour_name(hour))
    return said


def title_of(name: str, month: Month) -> str:
    """Say which number of which month it is."""
    said: str = _("%(number)s, %(month)s", number=name, month=month_year(month.first_day))
    return said


def title_of_cohort(cohort: Month, month: Month, *, is_later: bool) -> str:
    """Say who is in a cell of the cohorts: when they joined, and when they did something."""
    values = {"joined": month_year(cohort.first_day), "month": month_year(month.first_day)}
    if month == cohort:
        said: str = _("Joined in %(joined)s", **values)
    elif is_later:
        said = _("Joined in %(joined)s, did something in %(month)s or later", **values)
    else:
        said = _("Joined in %(joined)s, did something in %(month)s", **values)
    return said


def headings() -> dict[str, str]:
    """Return the words over the columns of a list of people."""
    return {
        "name": pgettext("of a person", "Name"),
        "joined": pgettext("date of joining", "Joined"),
        "never": pgettext("last seen", "Never"),
        "weeks": _("Weeks"),
        "days": _("Days"),
        "acts": _("Acts"),
        "weight": _("Weight"),
        "gatherings": _("Gatherings"),
        "places": _("Places"),
        "orders": _("Orders"),
        "money": _("Amount"),
        "hours": _("Days"),
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
    return (_of_people(counting) | _of_doing() | _of_money())[number]


def explanation_of_cohort(cohort: Month, month: Month, *, is_later: bool) -> str:
    """Return who is in a cell of the cohorts, in a sentence."""
    if month == cohort:
        said: str = _("Everyone who joined for the first time ever in the month, members still or"
                      " not.")  # fmt: skip
    elif is_later:
        said = _("Everyone who joined for the first time ever in one month and did something in the"
                 " other or after it, members still or not.")  # fmt: skip
    else:
        said = _("Everyone who joined for the first time ever in one month and did something in the"
                 " other, members still or not.")  # fmt: skip
    return said


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


def _of_people(counting: Counting) -> dict[str, str]:
    awake = awake_means(counting)
    first = _("Everyone who joined for the first time ever, without those an import brought.")
    return {
        "members": _("Everyone who joined before the end of the month and had not left by then."),
        "awake": awake,
        "sleeping": awake,
        "seen": _("Everyone who was a member or did something at any time until the month's end."),
        "inflow": _("Everyone who joined for the first time ever."),
        "grown": first,
        "imported": _("Everyone whom an import brought. They are no growth."),
        "returned": _("Everyone who had left once and joined again."),
        "woke": _("Every sleeping member who did something."),
        "reactivated": _("Everyone who had left and joined again, or slept and did something."),
        "came": _("Everyone who joined by themselves, came back or woke up."),
        "outflow": _("Everyone who was awake, and left or fell asleep."),
        "departed": _("Everyone who was awake and left, was removed, or was erased."),
        "left": _("Everyone who was awake and left by their own will."),
        "removed": _("Everyone who was awake and was removed or banned."),
        "other": _("Everyone who was awake and whose account was erased."),
        "slept": awake,
        "new_gone": _("Everyone who departed, or fell asleep, within 90 days of joining."),
        "long_gone": _("Everyone who departed, or fell asleep, later than 90 days after joining."),
        "sleepers_left": _("Sleeping members who left or were removed: their loss was counted when"
                           " they fell asleep."),
        **{DOOR + door: first for door in DOORS},
    }  # fmt: skip


def _of_doing() -> dict[str, str]:
    active = _("Everyone who did at least one thing: members, guests, and accounts of imports"
               " that are linked to nobody.")  # fmt: skip
    days = _("Everyone who did at least one thing, and on how many days.")
    return {
        "active": active,
        "active_members": _("Everyone who did at least one thing on a day on which they belonged."),
        "guests": _("Everyone who did at least one thing, and on no day on which they belonged."),
        "helped": _("Everyone who thanked another member for something, found an introduction"
                    " useful when both of the two did, or got at a gathering what they came for."),
        "weekly": _("Everyone who did at least one thing in a full week of the month, and in how"
                    " many. The number is the mean of the weeks."),
        "daily": days,
        "stickiness": days,
        "frequency": _("Active members, and on how many days they did something."),
        "acts": _("Everyone who did something, and how many things."),
        "depth": _("Everyone who did something, and how much it weighs together."),
        "turned": _("Everyone who named another member or answered one, and how often."),
        "hour": _("Everyone who did something at this hour in the last twelve weeks, and on how"
                  " many days."),
        "held": _("Everyone who had a place at a gathering that took place, and at how many."),
        "places": _("Everyone who had places at gatherings that took place, and how many. One"
                    " person may have places for several."),
        "arrived": _("Everyone who was checked in at a gathering, and for how many places."),
        "stayed_away": _("Everyone with places that stayed empty, at gatherings with a check-in."),
    }  # fmt: skip


def _of_money() -> dict[str, str]:
    orders = _("Everyone with an order in the month, free ones included.")
    moved = _("Everyone who paid or was paid back in the month, and what is left of it.")
    each = _("Everyone behind it, with how much more or less their plan brings a month.")
    return {
        "orders": orders,
        "buyers": orders,
        "strange": _("Everyone with an order in another currency than the community's. It counts as"
                     " an order; its money is in no sum."),
        "buyers_plan": _("Everyone with an order for a plan, renewals included."),
        "buyers_ticket": _("Everyone with an order for a ticket."),
        "buyers_other": _("Everyone with another order, free ones included."),
        "gross": _("Everyone who paid in the month, and how much."),
        "refunds": _("Everyone who got money back in the month, and how much."),
        "receipt": _("Everyone with an order that brought something, and how much."),
        **dict.fromkeys(("net", "per_order", "per_buyer"), moved),
        **dict.fromkeys(("net_plan", "net_ticket", "net_other"), moved),
        "payers": _("Everyone whose plan brings recurring revenue in the month."),
        "mrr": _("Everyone whose plan brings recurring revenue in the month, and how much."),
        **dict.fromkeys(
            ("mrr_new", "mrr_expansion", "mrr_reactivation", "mrr_contraction", "mrr_churn"), each
        ),
    }  # fmt: skip
