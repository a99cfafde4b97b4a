"""Presets: what founding does not ask."""

import pytest

from app.communities.presets import (
    CURRENCIES,
    HUES,
    currency_for,
    known_zone,
    name_from_address,
    zones,
)


@pytest.mark.parametrize(
    ("tags", "zone", "currency"),
    [
        (["en-US"], "Europe/Berlin", "eur"),
        (["en-US", "de-DE"], "UTC", "usd"),
        (["fr-CH"], "UTC", "chf"),
        (["id"], "Asia/Jakarta", "idr"),
        (["zh-Hans-CN"], "UTC", "cny"),
        (["en"], "UTC", "eur"),
        (["x-nonsense", "%%"], "Nowhere/At all", "eur"),
        (["en-AQ"], "Antarctica/Troll", "eur"),
        (["mn-MN"], "Asia/Ulaanbaatar", "eur"),
        ([], "", "eur"),
    ],
)
def test_money_follows_the_place_then_the_language(
    tags: list[str], zone: str, currency: str
) -> None:
    assert currency_for(tags, zone) == currency
    assert currency in CURRENCIES


@pytest.mark.parametrize(
    ("zone", "known"),
    [("Asia/Jakarta", "Asia/Jakarta"), ("Mars/Olympus", "UTC"), ("", "UTC"), (None, "UTC")],
)
def test_an_unknown_zone_is_utc(zone: str | None, known: str) -> None:
    assert known_zone(zone) == known


def test_zones_to_choose_from_are_places() -> None:
    assert zones()[0] == "UTC"
    assert "Europe/Berlin" in zones()
    assert not [zone for zone in zones() if zone.startswith("Etc/")]


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("amara.okafor@example.org", "Amara Okafor"),
        ("mei-lin_42+kith@example.org", "Mei Lin"),
        ("42@example.org", "42@example.org"),
        ("", ""),
    ],
)
def test_an_address_gives_a_name_to_begin_with(address: str, name: str) -> None:
    assert name_from_address(address) == name


def test_hues_stand_on_the_wheel() -> None:
    assert len(HUES) == 24
    assert all(0 <= hue < 360 for hue in HUES)
