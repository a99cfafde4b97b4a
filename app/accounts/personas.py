"""The demo's people whom a visitor may be by one click; the demo's seeding makes them."""

from app.accounts.hooks import Persona
from app.core.text import N_

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
