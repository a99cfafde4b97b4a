"""kith doctor: what an installation needs, looked at one by one, each fault with its mend."""

import shutil
import smtplib
import socket
import ssl
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import click
import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

from app.cli import schema
from app.cli.console import in_sentences, opened, out, unreachable
from app.core import clock, mail
from app.core.database import db
from app.web.previews import can_write
from config import Settings

OLDEST_POSTGRES = 150000
LEAST_FREE = 10**9
MOST_DRIFT = timedelta(seconds=5)
MOST_LAG = timedelta(minutes=2)
SILENT_AFTER = timedelta(seconds=30)
LATELY = timedelta(days=7)
SOON = timedelta(days=14)
PATIENCE = 5.0
CHINESE = "社区"
TIME_SERVER = {"yes": ", kept by a time server", "": "; who keeps it right is not known here"}


class Fault(Exception):
    """Something is not as it should be; carries the mend."""

    def __init__(self, text: str, mend: str) -> None:
        self.text = text
        self.mend = mend
        super().__init__(text)


@click.command()
@in_sentences
def doctor() -> None:
    """Look the installation over and say what to mend."""
    with opened() as app:
        faults = sum(not _tell(app, name, check) for name, check in CHECKS.items())
    if faults:
        out.print(f"\n{faults} of {len(CHECKS)} need a hand.")
        sys.exit(1)
    out.print("\nAll is well.")


def _tell(app: Flask, name: str, check: Callable[[Settings], str]) -> bool:
    """Run one check, print what it found, and return whether all is well."""
    try:
        with app.app_context():
            found = check(current_app.config["KITH"])
    except Fault as fault:
        out.print(f"✗ {name}: {fault.text}\n    Mend: {fault.mend}", markup=False)
        return False
    except OperationalError as error:
        out.print(f"✗ {name}: {unreachable(error)}", markup=False)
        return False
    out.print(f"✓ {name}: {found}", markup=False)
    return True


def check_database(settings: Settings) -> str:
    """Look for a PostgreSQL that is new enough and keeps what it has taken."""
    number = int(str(db.session.scalar(sa.text("SHOW server_version_num"))))
    if number < OLDEST_POSTGRES:
        raise Fault(
            f"PostgreSQL {number // 10000} is too old",
            "give DATABASE_URL a PostgreSQL 15 or newer, or leave it out to use Kith's own",
        )
    if mend := schema.mend_of_forgetting():
        raise Fault(
            "it may forget what it has just taken when its machine stops (synchronous_commit is "
            "off)",
            mend,
        )
    where = "Kith's own" if settings.is_embedded else "the one in DATABASE_URL"
    return f"PostgreSQL {number // 10000}, {where}"


def check_migrations(_settings: Settings) -> str:
    """Look whether the tables are those of this version."""
    if schema.is_empty():
        raise Fault("the database is empty", "kith serve makes it ready, or kith db upgrade")
    if schema.needs_upgrade():
        raise Fault("the database is behind this version of Kith", schema.UPGRADE)
    return "the database is of this version"


def check_mail(settings: Settings) -> str:
    """Talk to the mail server, without sending anything."""
    address = settings.smtp_url.get_secret_value()
    if not address:
        return "kept in the outbox page, none is sent (KITH_SMTP_URL is not set)"
    place = urlsplit(address).hostname or ""
    try:
        with mail.connect(urlsplit(address)) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        raise Fault(
            f"the mail server {place} does not take us ({error})",
            "look at the name, password, host and port in KITH_SMTP_URL, and at the firewall",
        ) from error
    return f"{place} answers and lets us in"


def check_base_url(settings: Settings) -> str:
    """Look whether the address that members type exists."""
    if settings.is_loopback:
        return f"{settings.base_url} (this machine only; others need KITH_BASE_URL)"
    try:
        socket.getaddrinfo(settings.host, None)
    except OSError as error:
        raise Fault(
            f"nobody can find {settings.host} ({error.strerror})",
            "look at KITH_BASE_URL, and at the name's entry with your provider",
        ) from error
    return settings.base_url


def check_https(settings: Settings) -> str:
    """Look at the certificate, and how long it is good for."""
    if settings.is_loopback:
        return "not needed on this machine alone"
    if not settings.is_secure:
        raise Fault(
            "members reach this installation without encryption",
            "put a proxy with a certificate before it (docs/operating.md) and set KITH_BASE_URL "
            "to https://...",
        )
    try:
        good_until = _certificate_end(settings)
    except (OSError, ValueError) as error:
        raise Fault(
            f"https at {settings.host} does not work ({error})",
            "look at the proxy and its certificate (docs/operating.md)",
        ) from error
    if good_until - clock.now() < SOON:
        raise Fault(f"the certificate ends on {good_until:%d %B %Y}", "renew it")
    return f"the certificate is good until {good_until:%d %B %Y}"


def check_visitors(settings: Settings) -> str:
    """Look whether a proxy that brings https names the visitors: floods are counted by them."""
    if settings.is_secure and not settings.trusted_proxies:
        raise Fault(
            "every visitor looks like the proxy, so floods cannot be told from other visits",
            "let the proxy set X-Forwarded-For and set KITH_TRUSTED_PROXIES=1",
        )
    return "named by the proxy" if settings.trusted_proxies else "they come here directly"


def _certificate_end(settings: Settings) -> datetime:
    context = ssl.create_default_context()
    port = urlsplit(settings.base_url).port or 443
    with (
        socket.create_connection((settings.host, port), timeout=PATIENCE) as line,
        closing(context.wrap_socket(line, server_hostname=settings.host)) as secure,
    ):
        end = str((secure.getpeercert() or {}).get("notAfter"))
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(end), UTC)


def check_secret(settings: Settings) -> str:
    """Look whether others on this machine can read the secret."""
    if settings.secret_key.get_secret_value():
        return "given by KITH_SECRET_KEY"
    settings.secret()
    path = settings.data / "secret"
    if path.stat().st_mode & 0o077:
        raise Fault(f"others on this machine can read {path}", f"chmod 600 {path}")
    return f"kept in {path}"


def check_clock(settings: Settings) -> str:
    """Look who keeps our clock right: sign-in codes and reminders depend on it."""
    theirs = db.session.scalar(sa.text("SELECT clock_timestamp()"))
    drift = abs(theirs - clock.now()) if isinstance(theirs, datetime) else timedelta.max
    if drift > MOST_DRIFT:
        raise Fault(
            f"this machine and the database differ by {drift.total_seconds():.0f} seconds",
            "let both follow a time server (timedatectl set-ntp true)",
        )
    kept = _follows_time_server()
    if kept == "no":
        raise Fault("this machine's clock follows no time server", "timedatectl set-ntp true")
    # Kith's own database reads the same clock, so that comparing the two says nothing.
    witness = "" if settings.is_embedded else ", as the database's"
    return f"{clock.now():%d %B %Y, %H:%M} UTC{witness}{TIME_SERVER[kept]}"


def _follows_time_server() -> str:
    """Return systemd's word for it, yes or no; nothing where systemd does not say."""
    ask = ["timedatectl", "show", "--property=NTPSynchronized", "--value"]
    try:
        said = subprocess.run(ask, capture_output=True, text=True, check=False, timeout=PATIENCE)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    word = said.stdout.strip()
    return word if word in {"yes", "no"} else ""


def check_disk(settings: Settings) -> str:
    """Look for room in the data folder."""
    free = shutil.disk_usage(settings.data if settings.data.exists() else "/").free
    if free < LEAST_FREE:
        raise Fault(
            f"only {free / 10**6:.0f} MB are free in {settings.data}",
            f"make room, or move old backups out of {settings.data / 'backups'}",
        )
    return f"{free / 10**9:.0f} GB are free"


def check_jobs(_settings: Settings) -> str:
    """Look whether somebody works on background jobs, and how long they wait."""
    if not sa.inspect(db.engine).has_table("procrastinate_jobs"):
        raise Fault("there is no queue yet", schema.UPGRADE)
    row = db.session.execute(
        sa.text(
            "SELECT (SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > :alive),"
            " (SELECT min(coalesce(scheduled_at, at)) FROM procrastinate_jobs AS job"
            "  JOIN procrastinate_events AS event ON event.job_id = job.id"
            "   AND event.type = 'deferred'"
            "  WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= :now))"
        ),
        {"alive": clock.now() - SILENT_AFTER, "now": clock.now()},
    ).one()
    workers, oldest = row
    if oldest and clock.now() - oldest > MOST_LAG:
        waited = (clock.now() - oldest).total_seconds() / 60
        raise Fault(
            f"a job has waited for {waited:.0f} minutes and {workers} workers are at work",
            "start kith serve, or more of kith work; its log says what fails",
        )
    if failed := _failed_lately():
        raise Fault(
            f"of the last {LATELY.days} days these jobs failed for good: {failed}",
            "the log of kith serve or kith work says why, by the job's name; what was asked for "
            "is to be asked for again",
        )
    return f"{workers} workers, nothing waits" if not oldest else f"{workers} workers, all in time"


def _failed_lately() -> str:
    """Name the jobs that were tried to the last and did not end well in another run since."""
    rows = db.session.execute(
        sa.text(
            "SELECT task_name, count(DISTINCT job.id) FROM procrastinate_jobs AS job"
            " JOIN procrastinate_events AS event ON event.job_id = job.id"
            "  AND event.type = 'failed' AND event.at > :since"
            " WHERE status = 'failed' AND NOT EXISTS (SELECT FROM procrastinate_jobs AS later"
            "  WHERE later.id > job.id AND later.status = 'succeeded'"
            "   AND later.task_name = job.task_name"
            "   AND later.args - 'timestamp' = job.args - 'timestamp')"
            " GROUP BY task_name ORDER BY task_name"
        ),
        {"since": clock.now() - LATELY},
    )
    return ", ".join(f"{name} ({number})" for name, number in rows)


def check_fonts(_: Settings) -> str:
    """Look whether a font can draw Chinese names on the pictures that chats show."""
    if can_write(CHINESE):
        return "names in Chinese can be drawn on the pictures that chats show"
    return "names in Chinese stay beside the pictures that chats show (apt install fonts-noto-cjk)"


CHECKS: dict[str, Callable[[Settings], str]] = {
    "Database": check_database,
    "Migrations": check_migrations,
    "Mail": check_mail,
    "Address": check_base_url,
    "https": check_https,
    "Visitors": check_visitors,
    "Secret": check_secret,
    "Clock": check_clock,
    "Disk": check_disk,
    "Jobs": check_jobs,
    "Fonts": check_fonts,
}
