"""The demo's people whom a visitor may be by one click; the demo's seeding makes them."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request

from app.accounts import queries
from app.accounts.hooks import Persona, personas_now
from app.core.text import N_
from app.web.shell import current_shell

PASSED_ON = ("forwarded", "via", "x-forwarded-", "x-real-ip")
"""How the headers begin that proxies and tunnels add."""

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
    is_here = current_app.config["KITH"].is_loopback and _is_this_machine()
    if not (current_shell().is_demo and is_here):
        return []
    site = queries.installation()
    if site is None or not site.is_demo:
        return []
    return personas_now()


def _is_this_machine() -> bool:
    """Whether the visitor sits here, and asked for this machine by a name of its own.

    The address alone says too little: a stranger's page can let its name point here (DNS
    rebinding), and through a tunnel everybody comes from here. Some tunnels write a name of this
    machine in the place of theirs; most of them say whom they speak for.
    """
    if any(name.lower().startswith(PASSED_ON) for name, _ in request.headers):
        return False
    name = urlsplit(f"//{request.host}").hostname or ""
    is_asked_for = name == "localhost" or name.endswith(".localhost") or _is_loopback(name)
    return is_asked_for and _is_loopback(request.remote_addr or "")


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
