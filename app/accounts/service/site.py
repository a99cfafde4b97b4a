"""Looking after an installation: who may found and sign up, suspending, and its administrators."""

from datetime import datetime

from app.accounts import hooks, passwords, queries
from app.accounts.models import Founding, Installation, Person, SuspendedFor
from app.accounts.queries import SiteCommunity
from app.accounts.service import entry, sessions
from app.accounts.service.erasure import refuse_last_admin
from app.core import audit
from app.core.database import add, db
from app.core.errors import NotThere, RuleViolation
from app.core.text import N_
from app.core.tokens import hash_token, is_same, new_token


class CannotSuspendOneself(RuleViolation):
    """Whoever suspends must be able to lift it again."""

    message = N_("You cannot suspend your own account.")


class SetUpAlready(RuleViolation):
    """Somebody looks after this installation: the first start is over."""

    message = N_("This site has been set up already. Sign in instead.")
    status = 410


def the_installation(*, now: datetime) -> Installation:
    """Return the one row of this installation, made at first need."""
    return queries.installation() or add(Installation(id=1, created_at=now))


def change_site(
    admin: Person, *, founding: Founding, sign_up_open: bool, now: datetime
) -> Installation:
    """Set who may found communities and whether people may sign up."""
    site = the_installation(now=now)
    site.founding, site.sign_up_open = founding, sign_up_open
    audit.record(
        "site.changed", actor=admin, founding=str(founding), sign_up_open=bool(sign_up_open)
    )
    return site


def suspend_person(admin: Person, person: Person, *, reason: str, now: datetime) -> None:
    """Shut a person out of this installation until it is lifted; their sessions end."""
    if admin.id == person.id:
        raise CannotSuspendOneself
    refuse_last_admin(person)
    person.suspended_at = person.suspended_at or now
    person.suspended_reason = reason
    sessions.end_sessions(person, now=now)
    entry.forget_links(person)
    audit.record("person.suspended", actor=admin, subject=("person", person.id))


def lift_person(admin: Person, person: Person) -> None:
    """Let a suspended person back in."""
    person.suspended_at = person.suspended_reason = None
    audit.record("person.lifted", actor=admin, subject=("person", person.id))
    db.session.flush()


def suspend_community(
    admin: Person, community: SiteCommunity, *, reason: SuspendedFor, now: datetime
) -> None:
    """Let a community be there for nobody until it is lifted."""
    hooks.suspend_community(community.id, now)
    audit.record(
        "community.suspended",
        actor=admin,
        community_id=community.id,
        subject=("community", community.id),
        reason=str(reason),
    )


def lift_community(admin: Person, community: SiteCommunity) -> None:
    """Let a suspended community be there again."""
    hooks.suspend_community(community.id, None)
    audit.record(
        "community.lifted",
        actor=admin,
        community_id=community.id,
        subject=("community", community.id),
    )


def make_site_admin(admin: Person, person: Person) -> None:
    """Let another person look after the installation."""
    if person.suspended_at is not None:
        raise NotThere
    person.is_site_admin = True
    audit.record("site.admin_made", actor=admin, subject=("person", person.id))
    db.session.flush()


def remove_site_admin(admin: Person, person: Person) -> None:
    """Take the looking-after from a person; the last one cannot be removed."""
    refuse_last_admin(person)
    person.is_site_admin = False
    audit.record("site.admin_removed", actor=admin, subject=("person", person.id))
    db.session.flush()


def create_site_admin(
    address: str, *, password: str | None, language: str = "en", zone: str = "UTC", now: datetime
) -> Person:
    """Make a person who looks after the installation, or let one who is there do so.

    For the command line and the first start: whoever can call it holds the machine, so the address
    counts as proved.
    """
    if password is not None:
        passwords.refuse_easy(password, address=address)
    person = queries.person_by_address(address)
    if person is None:
        person = entry.add_person(
            address, password=password, language=language, zone=zone, is_site_admin=True, now=now
        )
    elif password is not None:
        person.password_hash = passwords.hash_password(password)
    person.is_site_admin = True
    audit.record("site.admin_made", actor=None, subject=("person", person.id))
    db.session.flush()
    return person


def new_setup_token(*, now: datetime) -> str | None:
    """Return the secret of the first start's page, or None when somebody looks after the site.

    Each call makes a new one and forgets the one before.
    """
    site = the_installation(now=now)
    if site.is_demo or queries.has_site_admin():
        return None
    token = new_token()
    site.setup_token_hash = hash_token(token)
    db.session.flush()
    return token


def check_setup_token(token: str) -> Installation:
    """Return the installation that waits for its first administrator under this secret."""
    site = db.session.get(Installation, 1, with_for_update=True)
    if site is None or site.setup_token_hash is None:
        raise SetUpAlready
    if not is_same(site.setup_token_hash, hash_token(token)):
        raise NotThere
    if queries.has_site_admin():
        raise SetUpAlready
    return site


def set_up(
    token: str, *, address: str, password: str, language: str, zone: str, now: datetime
) -> Person:
    """Make the first administrator, once."""
    site = check_setup_token(token)
    person = create_site_admin(address, password=password, language=language, zone=zone, now=now)
    site.setup_token_hash = None
    db.session.flush()
    return person
