"""The words of imports: kinds, states, fields, and why a line was left out."""

from typing import Any

from flask_babel import gettext as _

from app.communities.importers import Reject
from app.communities.models import ImportKind, ImportState
from app.core.foreign.records import Flaw


def kind_words() -> dict[str, str]:
    """Return the name of each kind of import."""
    return {
        ImportKind.MEMBERS.value: _("People"),
        ImportKind.ACTIVITIES.value: _("Activity"),
        ImportKind.ORDERS.value: _("Orders"),
    }


def state_words() -> dict[str, str]:
    """Return the name of each state."""
    return {
        ImportState.PREVIEW.value: _("Looked at"),
        ImportState.RUNNING.value: _("Running"),
        ImportState.DONE.value: _("Done"),
        ImportState.UNDOING.value: _("Being taken back"),
        ImportState.UNDONE.value: _("Taken back"),
    }


def reason_of(reject: dict[str, Any]) -> str:
    """Return why a line was left out, as a sentence."""
    return _reasons(str(reject.get("field", "")))[reject["reason"]]


def _reasons(name: str) -> dict[str, str]:
    return {**_of_people(), **_of_records(), **_of_fields(name)}


def _of_people() -> dict[str, str]:
    return {
        Reject.NO_ADDRESS.value: _("There is no e-mail address."),
        Reject.ADDRESS_BROKEN.value: _("The e-mail address is not complete."),
        Reject.NOT_MAILABLE.value: _(
            "Mail does not reach an address with such letters before the @. Please give another."
        ),
        Reject.UNREADABLE.value: _("The line holds signs that cannot be read."),
        Reject.TWICE.value: _("This address stands further up already."),
    }


def _of_records() -> dict[str, str]:
    return {
        Flaw.NOT_JSON.value: _("The line is no JSON, or was cut off."),
        Flaw.NOT_AN_OBJECT.value: _("The line is no JSON object."),
        Flaw.TOO_LONG.value: _("The line is far too long."),
        Flaw.UNCLOSED.value: _("A quotation mark is never closed."),
        Flaw.OURS.value: _("The source “kith” is this site itself: give it another name."),
        Flaw.NO_TYPE.value: _(
            "The type must be a word of small letters, digits, dots and hyphens."
        ),
        Flaw.NO_CURRENCY.value: _("The currency must be a code of three letters, such as EUR."),
        Flaw.FUTURE.value: _("It is dated in the future."),
        Flaw.BEFORE_1970.value: _("It is dated before 1970."),
    }


def _of_fields(name: str) -> dict[str, str]:
    return {
        Flaw.NAME_TWICE.value: _("The field %(name)s stands there twice.", name=name),
        Flaw.MISSING.value: _("The field %(name)s is missing.", name=name),
        Flaw.WRONG_SORT.value: _("The field %(name)s holds something else than a word.", name=name),
        Flaw.FIELD_TOO_LONG.value: _("The field %(name)s is too long.", name=name),
        Flaw.NO_MOMENT.value: _("The field %(name)s is no date and time we can read.", name=name),
        Flaw.NO_NUMBER.value: _("The field %(name)s is no whole number.", name=name),
        Flaw.NO_AMOUNT.value: _("The field %(name)s is no amount of money.", name=name),
    }


def field_words(kind: ImportKind) -> list[tuple[str, str]]:
    """Return the fields of the neutral form with what each holds."""
    return _of_orders() if kind is ImportKind.ORDERS else _of_activities()


def _of_activities() -> list[tuple[str, str]]:
    return [
        ("source", _("where it comes from, such as discord")),
        ("source_uid", _("its number there; told twice, it counts once")),
        ("type", _("what was done, such as message.sent")),
        ("happened_at", _("when, with its offset (2026-05-01T19:30:00Z), or Unix seconds")),
        ("actor_uid", _("the account that did it")),
        ("actor_name, actor_email, actor_is_bot", _("more about the account, where known")),
        ("channel_uid, channel_name, thread_uid", _("the room and the conversation")),
        ("reply_to_uid, mentions", _("what it answers, and the accounts it names")),
        ("text_length, url, text", _("how long it is, where it stands, and its words")),
    ]


def _of_orders() -> list[tuple[str, str]]:
    return [
        ("source", _("the shop it comes from")),
        ("source_uid", _("its number there; told twice, it counts once")),
        ("ordered_at", _("when, with its offset (2026-05-01T19:30:00Z), or Unix seconds")),
        ("buyer_uid, buyer_email, buyer_name", _("who bought: a number or an address")),
        ("currency, total", _("the amount, such as EUR and 12.50; an order may be for nothing")),
        ("kind, quantity, lines", _("what was sold: plan, ticket or other")),
        ("refunded, refunded_at", _("what was paid back, and when")),
    ]
