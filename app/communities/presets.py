"""What founding does not ask: money by place, a name from an address, a hue by chance."""

import re
from functools import cache
from zoneinfo import available_timezones

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.numbers import get_territory_currencies

HUES = tuple(range(0, 360, 15))
"""The hues offered to choose from; any other can be kept."""

CURRENCIES = (  # those that card payments commonly take
    *("aed", "ars", "aud", "bdt", "brl", "cad", "chf", "clp", "cny", "cop", "czk", "dkk", "egp"),
    *("eur", "gbp", "ghs", "gtq", "hkd", "huf", "idr", "ils", "inr", "isk", "jpy", "kes", "krw"),
    *("kzt", "lkr", "mad", "mxn", "myr", "ngn", "nok", "nzd", "pen", "php", "pkr", "pln", "ron"),
    *("rub", "sar", "sek", "sgd", "thb", "try", "twd", "tzs", "uah", "ugx", "usd", "vnd", "xof"),
    "zar",
)
FALLBACK_CURRENCY = "eur"
FALLBACK_ZONE = "UTC"


def currency_for(language_tags: list[str], zone: str) -> str:
    """Return the currency of the zone's country, else of the browser's languages, else the euro."""
    territories = [get_global("zone_territories").get(zone)]
    territories += [_territory(tag) for tag in language_tags]
    for territory in territories:
        for currency in get_territory_currencies(territory) if territory else ():
            if currency.lower() in CURRENCIES:
                return currency.lower()
    return FALLBACK_CURRENCY


def known_zone(zone: str | None) -> str:
    """Return the zone if it is one, else UTC."""
    return zone if zone and zone in _all_zones() else FALLBACK_ZONE


def zones() -> list[str]:
    """Return every zone a person may choose, by name."""
    places = (zone for zone in _all_zones() if "/" in zone)
    return ["UTC", *sorted(zone for zone in places if not zone.startswith(("Etc/", "SystemV/")))]


def name_from_address(address: str) -> str:
    """Return a name to begin with, such as "Amara Okafor" for amara.okafor@example.org."""
    local = address.partition("@")[0].partition("+")[0]
    words = [word for word in re.split(r"[._\-\d]+", local) if word]
    return " ".join(word.capitalize() for word in words)[:80] or address[:80]


@cache
def _all_zones() -> frozenset[str]:
    """Return the names of all zones; finding them reads hundreds of files."""
    return frozenset(available_timezones())


def _territory(tag: str) -> str | None:
    try:
        return Locale.parse(tag.replace("-", "_")).territory
    except (UnknownLocaleError, ValueError):
        return None
