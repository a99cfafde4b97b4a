"""Accounts as people meet them: signing up, the second factor, taking along and erasing."""

import io
import re
import zipfile
from typing import Any

import pyotp
import pytest
from sqlalchemy import select

from app.accounts.models import Person
from app.accounts.passwords import hash_password
from app.core.database import db
from tests.end_to_end.conftest import (
    Setting,
    Site,
    Visitor,
    in_each_setting,
    set_free,
)
from tests.factories import make_community, make_member, make_person

pytestmark = [pytest.mark.end_to_end, pytest.mark.xdist_group("browser")]
PASSWORD = "a long walk by the canal"


def sign_up(visitor: Visitor, address: str) -> None:
    """Create an account: the address first, the password behind the mailed link."""
    visitor.open("/sign-up").type("E-mail", address).press("Send me the link")
    visitor.open(visitor.link_of_mail(address, having="/sign-up/"))
    visitor.type("Choose a password", PASSWORD).press("Make my account")


def sign_in(visitor: Visitor, address: str) -> Visitor:
    """Sign in with the password."""
    visitor.open("/sign-in").type("E-mail", address).type("Password", PASSWORD)
    button = visitor.page.get_by_role("main").get_by_role("button", name="Sign in")
    return visitor.use(button.first)


def stage_account(site: Site, address: str) -> Person:
    """Make an account with the password of all of them."""
    with site.staged():
        person = make_person(email=address, password_hash=hash_password(PASSWORD))
        set_free(person)
    return person


@in_each_setting
def test_a_second_factor_is_asked_for_and_a_recovery_code_stands_in(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    address = f"totp-{setting}@example.org"
    visitor: Visitor = new_visitor(setting)
    sign_up(visitor, address)
    visitor.open("/settings/second-factor")
    secret = re.sub(r"\s", "", visitor.page.locator(".factor-code__secret").inner_text())
    visitor.type("Code", pyotp.TOTP(secret).now()).press("Turn it on")
    visitor.sees("Your recovery codes")
    code = visitor.page.locator("main li code, main li").first.inner_text()

    again: Visitor = new_visitor(setting)
    sign_in(again, address).sees("Your code").open("/settings").sees("Sign in")
    sign_in(again, address)
    again.type("Code", "123456").press("Go in", refused=422).sees("Your code")
    again.type("Code", code).press("Go in")
    again.open("/settings").sees("Time zone")


@in_each_setting
def test_everything_about_me_comes_in_one_file(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    address = f"exported-{setting}@example.org"
    with site.staged():
        person = make_person(email=address)
        make_member(make_community(), person=person, name="Экспорт Экспортов")
        set_free(person)
    visitor: Visitor = new_visitor(setting).sign_in(person)
    visitor.open("/settings/data").press("Gather it")
    visitor.mail(address, "data").open("/settings/data").sees("Download")
    path = visitor.page.get_by_role("link", name="Download").get_attribute("href")
    answer = visitor.page.context.request.get(f"{site.address}{path}")
    assert answer.ok
    archive = zipfile.ZipFile(io.BytesIO(answer.body()))
    words = "".join(archive.read(name).decode() for name in archive.namelist() if "json" in name)
    assert "Экспорт Экспортов" in words
    assert address in words

    stranger: Visitor = new_visitor(setting)
    assert stranger.page.context.request.get(f"{site.address}{path}").url.count("/sign-in") == 1


@in_each_setting
def test_an_erasure_waits_a_week_and_signing_in_calls_it_off(
    site: Site, new_visitor: Any, setting: Setting
) -> None:
    address = f"erased-{setting}@example.org"
    visitor: Visitor = new_visitor(setting).sign_in(stage_account(site, address))
    visitor.open("/settings/data").press("Erase my account", role="link")
    visitor.press("Erase my account in seven days")
    visitor.open("/settings").sees("Sign in")
    assert waits_for_erasure(site, address)
    sign_in(visitor, address).open("/settings").sees("Time zone")
    assert not waits_for_erasure(site, address)


def waits_for_erasure(site: Site, address: str) -> bool:
    with site.staged():
        waiting = select(Person.id).where(
            Person.erasure_due_at.is_not(None), Person.emails.any(address=address)
        )
        return db.session.scalar(waiting) is not None
