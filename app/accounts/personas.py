"""The demo's people whom a visitor may be by one click; the demo's seeding makes them."""

from app.accounts import queries
from app.accounts.hooks import Persona, personas_now
from app.core.text import N_
from app.web.shell import current_shell
from app.web.visitor import is_at_this_machine

OWNER = Persona("owner@demo.example", "Amara Okafor", N_("Owner: founded the community"))
MODERATOR = Persona(
    "moderator@demo.example", "Élodie Marchand", N_("Moderator: answers reports"), "fr"
)
MEMBER = Persona(
    "member@demo.example", "Дмитрий Воскресенский", N_("Member: comes to most events"), "ru"
)
NEWCOMER = Persona("newcomer@demo.example", "王小明", N_("Newcomer: joined this week"), "zh_Hans")
OUTSIDER = Persona(
    "outsider@demo.example", "Putri Wulandari", N_("Outsider: belongs to nothing yet"), "id"
)


def personas() -> list[Persona]:
    """Return whom one may be, the one with the most to do first: of each language one."""
    return [OWNER, MODERATOR, MEMBER, NEWCOMER, OUTSIDER]


def personas_here() -> list[Persona]:
    """Return whom a visitor may be by one click: nobody, save on a demo and this machine.

    The frame knows without asking whether this is a demo; before anybody is let in, the marker row
    itself is read.
    """
    if not (current_shell().is_demo and is_at_this_machine()):
        return []
    site = queries.installation()
    if site is None or not site.is_demo:
        return []
    return personas_now()
