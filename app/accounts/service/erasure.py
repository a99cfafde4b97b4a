"""Erasure: asked for, put off for seven days, carried out by the declarations, never undone.

What is erased and how stands on the columns (`core.privacy`); this module walks them:

- DELETE on a pointer: the whole row goes;
- BLANK: the value is emptied in rows that belong to the person;
- TOMBSTONE on a pointer: one at the person is cut; one at their contact stays, since the contact
  itself has become an anonymous stone;
- KEEP: stays, for the reason given there.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts import hooks, queries, reach
from app.accounts.models import ErasureEntry, MailToken, Person, PersonEmail
from app.accounts.queries import Mailbox
from app.accounts.reach import Ids
from app.accounts.service import mails
from app.core import audit, jobs, storage
from app.core.database import db
from app.core.errors import RuleViolation
from app.core.models import OutgoingMail
from app.core.privacy import Erasure
from app.core.text import N_

GRACE = timedelta(days=7)


class LastAdministrator(RuleViolation):
    """Somebody must look after the installation."""

    message = N_("You are the only administrator of this site. Make somebody else one first.")


def ask_for_erasure(person: Person, *, now: datetime) -> datetime:
    """Put off a person's erasure and return when it is due; asking again changes nothing."""
    refuse_last_admin(person)
    if person.erasure_due_at is not None:
        return person.erasure_due_at
    person.erasure_due_at = now + GRACE
    jobs.defer("accounts.erase_person", at=person.erasure_due_at, person_id=person.id)
    audit.record("person.erasure_asked", actor=person, subject=("person", person.id))
    mails.mail_erasure_scheduled(person, person.erasure_due_at)
    return person.erasure_due_at


def cancel_erasure(person: Person) -> bool:
    """Call a waiting erasure off; the answer says whether there was one."""
    due_at = person.erasure_due_at
    if due_at is None:
        return False
    person.erasure_due_at = None
    audit.record("person.erasure_cancelled", actor=person, subject=("person", person.id))
    mails.mail_erasure_cancelled(person, due_at)
    return True


def erase_when_due(person_id: int, *, now: datetime) -> bool:
    """Erase a person whose grace has run out; nothing happens when they came back meanwhile."""
    person = db.session.get(Person, person_id, with_for_update=True)
    if person is None or person.erased_at is not None:
        return False
    if person.erasure_due_at is None or person.erasure_due_at > now:
        return False
    to = queries.addressee(person)
    erase_person(person, now=now)
    mails.mail_erased(person_id, Mailbox(to.address, to.language, to.zone))
    return True


def erase_person(person: Person, *, now: datetime) -> None:
    """Erase a person from every table, by the declarations, and write it in the log."""
    hooks.person_erased(person, now)
    db.session.flush()
    _empty_by_address(person)
    ids = reach.belonging(person.id)
    for file in reach.files_of(ids):
        storage.discard(file)
    db.session.flush()
    for table in reversed(list(reach.tables())):
        _apply(table, ids)
    db.session.expire_all()
    _close(person, now)
    db.session.execute(
        insert(ErasureEntry).values(person_id=person.id, erased_at=now).on_conflict_do_nothing()
    )
    audit.record("person.erased", actor=None, subject=("person", person.id))


def replay_erasures(log: Iterable[tuple[int, datetime]], *, now: datetime) -> int:
    """Erase again, after a restore from an older backup, who was erased since; return how many."""
    count = 0
    for person_id, _ in log:
        person = db.session.get(Person, person_id, with_for_update=True)
        if person is not None and person.erased_at is None:
            erase_person(person, now=now)
            count += 1
    return count


def refuse_last_admin(person: Person) -> None:
    """Raise LastAdministrator when nobody else looks after the site; holds the others' rows."""
    if person.is_site_admin and queries.site_admin_ids(lock=True) == [person.id]:
        raise LastAdministrator


def _apply(table: Table, ids: Ids) -> None:
    """Delete, empty and cut in one table."""
    pointers = reach.pointers(table)
    gone = [p.points_into(ids) for p in pointers if p.rule.erase is Erasure.DELETE]
    if gone:
        db.session.execute(delete(table).where(or_(*gone)))
    _blank(table, reach.owned_by(table, ids))
    for pointer in pointers:
        is_cut = pointer.rule.erase is Erasure.TOMBSTONE and pointer.target == reach.ROOT
        if is_cut and pointer.column.nullable:
            db.session.execute(
                update(table).where(pointer.points_into(ids)).values({pointer.column.name: None})
            )


def _blank(table: Table, condition: ColumnElement[bool] | None) -> None:
    values = {
        name: _nothing(rule.blank, is_nullable=bool(table.c[name].nullable))
        for name, rule in reach.blanks(table).items()
    }
    if condition is not None and values:
        db.session.execute(update(table).where(condition).values(values))


def _nothing(blank: object, *, is_nullable: bool) -> object:
    """Return what an emptied column holds; where it must differ from row to row, a random word."""
    if blank is None and not is_nullable:
        return func.concat("erased-", func.gen_random_uuid())
    return blank


def _empty_by_address(person: Person) -> None:
    """Forget links and mails that know the person by address alone."""
    addresses = db.session.execute(
        select(PersonEmail.address, PersonEmail.address_key).where(
            PersonEmail.person_id == person.id
        )
    ).all()
    db.session.execute(
        delete(MailToken).where(MailToken.address_key.in_([row.address_key for row in addresses]))
    )
    sent = reach.blanks(OutgoingMail.__table__)  # type: ignore[arg-type]  # a mapped class has a Table
    db.session.execute(
        update(OutgoingMail)
        .where(func.lower(OutgoingMail.to_address).in_([row.address.lower() for row in addresses]))
        .values({name: rule.blank for name, rule in sent.items()})
    )


def _close(person: Person, now: datetime) -> None:
    """Leave of the account a number and a day."""
    person.erased_at = now
    person.erasure_due_at = None
    person.is_site_admin = False
    person.suspended_at = person.totp_confirmed_at = person.totp_last_step = None
    db.session.flush()
