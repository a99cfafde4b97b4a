"""kith receive-mail: an answer by mail, handed over by a mail server's pipe."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import SQLAlchemyError

from app.cli.console import opened
from app.conversations.letters import LARGEST, Unreadable
from app.conversations.processes import receive
from app.conversations.service.relay import Fate
from app.core import clock
from app.core.postgres import PostgresRefused
from config import SettingsRefused

# What mail servers understand (sysexits.h): they bounce the first three and come again after the
# last.
BAD_DATA, NO_SUCH_ADDRESS, NOT_PERMITTED, LATER = 65, 67, 77, 75
ANSWERS = {
    Fate.TAKEN: (0, ""),
    Fate.IGNORED: (0, ""),
    Fate.REFUSED: (0, ""),  # the sender gets a mail of ours
    Fate.NO_SUCH_ADDRESS: (
        NO_SUCH_ADDRESS,
        "This address takes no mail. Open the conversation on its page.",
    ),
    Fate.NOT_THE_OWNER: (
        NOT_PERMITTED,
        "This address takes answers only from the address its mail was sent to.",
    ),
}


@click.command("receive-mail")
@click.option("--recipient", default="", help="The envelope's recipient; else the headers tell.")
@click.option("--sender", help="The envelope's sender; an empty one is a bounce, and ignored.")
def receive_mail(recipient: str, sender: str | None) -> None:
    """Take one raw mail from standard input, for the pipe of a mail server.

    Ends with the codes of sysexits.h: 0 taken or ignored, 65 unreadable, 67 no such address, 77 not
    from its owner, 75 come again.
    """
    raw = sys.stdin.buffer.read(LARGEST + 1)
    with _come_again(), opened() as app, app.app_context():
        try:
            fate = receive(raw, now=clock.now(), recipient=recipient, sender=sender)
        except Unreadable:
            _end(BAD_DATA, "This mail cannot be read: it is broken, or too large.")
    _end(*ANSWERS[fate])


@contextmanager
def _come_again() -> Iterator[None]:
    """Ask the mail server to come again when this Kith cannot look at the mail now."""
    try:
        yield
    except (SettingsRefused, PostgresRefused, SQLAlchemyError) as error:
        _end(LATER, f"Kith does not answer now ({type(error).__name__}).")


def _end(code: int, sentence: str) -> None:
    if sentence:
        click.echo(sentence, err=True)
    sys.exit(code)
