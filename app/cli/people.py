"""kith create-organizer, kith reset-second-factor and kith export person."""

from datetime import datetime
from pathlib import Path

import click
from email_validator import EmailNotValidError, validate_email
from flask import Flask, render_template
from flask_babel import force_locale
from sqlalchemy import select

from app.accounts import passwords, queries, reach, service
from app.accounts.models import Person
from app.cli.console import in_sentences, opened, out, progress, writing_to
from app.communities.models import Community, ContactSource, JoinedVia
from app.communities.presets import name_from_address
from app.communities.queries.memberships import membership_of
from app.communities.service.contacts import contact_for_person
from app.communities.service.memberships import begin_membership
from app.core import audit, clock
from app.core.database import db

ROLE = "organizer"


def _address(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return validate_email(value, check_deliverability=False, allow_smtputf8=False).normalized
    except EmailNotValidError as error:
        raise click.BadParameter(f"{value} is not an e-mail address.") from error


@click.command("create-organizer")
@click.argument("email", callback=_address)
@click.option("--community", "slug", help="Make them an organizer of this community (its address).")
@click.option("--name", help="How the community shall call them.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@in_sentences
def create_organizer(email: str, slug: str | None, name: str | None, password: str) -> None:
    """Make an account that looks after this Kith, or after one of its communities."""
    now = clock.now()
    with opened() as app, app.app_context():
        if slug is None:
            service.create_site_admin(email, password=password, now=now)
            done = f"{email} looks after this Kith now."
        else:
            community = known_community(slug)
            _make_organizer(community, _person(email, password, now), name or "", now)
            done = f"{email} is an organizer of {community.name} now."
        db.session.commit()
    out.print(done, markup=False)


@click.command("reset-second-factor")
@click.argument("email")
@in_sentences
def reset_second_factor(email: str) -> None:
    """Turn off the second factor of someone who lost it: ask them who they are first."""
    with opened() as app, app.app_context():
        service.reset_second_factor(_known(email), now=clock.now())
        db.session.commit()
    out.print(
        f"Signing in no longer asks {email} for a code. They are signed out everywhere, and a "
        "mail tells them.",
        markup=False,
    )


@click.group("export")
def export() -> None:
    """Write out what this Kith holds."""


@export.command("person")
@click.argument("email")
@click.option("--to", "path", type=click.Path(path_type=Path), help="The zip to write.")
@in_sentences
def export_person(email: str, path: Path | None) -> None:
    """Write everything about a person into a zip, as they could themselves."""
    with opened() as app, app.app_context():
        person = _known(email)
        with progress("Looking through tables", len(list(reach.tables()))) as advance:
            content = service.zip_about(person, _readme(app, person), lambda _table: advance(1))
        audit.record("person.exported", actor=None, subject=("person", person.id))
        db.session.commit()
        target = path or Path(f"kith-person-{person.public_id}.zip")
    with writing_to(target):
        target.touch(mode=0o600)
        target.write_bytes(content)
    out.print(f"Everything about {email} is in {target}", markup=False)


def _known(email: str) -> Person:
    person = queries.person_by_address(email)
    if person is None:
        raise click.ClickException(f"Nobody here has the address {email}.")
    return person


def _person(email: str, password: str, now: datetime) -> Person:
    """Return the person with an address; whoever holds the machine vouches for a new one's."""
    known = queries.person_by_address(email)
    if known is not None:
        return known
    passwords.refuse_easy(password, address=email)
    return service.add_person(email, password=password, now=now)


def known_community(slug: str) -> Community:
    """Return the community at an address, or end the command with a sentence."""
    found = db.session.scalar(select(Community).where(Community.slug == slug))
    if found is None:
        raise click.ClickException(f"There is no community at /c/{slug}.")
    return found


def _make_organizer(community: Community, person: Person, name: str, now: datetime) -> None:
    shown = name or name_from_address(queries.primary_address(person) or "")
    contact = contact_for_person(
        community, person, name=shown, source=ContactSource.BY_HAND, now=now
    )
    if membership_of(contact) is not None:
        raise click.ClickException(
            f"They belong to {community.name} already. An owner gives roles at "
            f"/c/{community.slug}/desk."
        )
    begin_membership(contact, community=community, via=JoinedVia.INVITATION, role=ROLE, now=now)
    audit.record(
        "role.assigned",
        actor=None,
        community_id=community.id,
        subject=("contact", contact.id),
        role=ROLE,
    )


def _readme(app: Flask, person: Person) -> str:
    """Return what the zip says of itself, in its reader's language."""
    with app.test_request_context(), force_locale(person.language):
        return render_template("accounts/export_readme.txt", made_at=clock.now(), zone=person.zone)
