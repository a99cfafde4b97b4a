"""Jobs of announcements: one batch of mails each."""

from app.communities.service.announcements import JOB, send_batch
from app.core import clock
from app.core.database import db
from app.core.jobs import task


@task(JOB)
def send_announcement(announcement_id: int, after: int) -> None:
    """Mail one batch of an announcement and put off the next."""
    send_batch(announcement_id, after=after, now=clock.now())
    db.session.commit()
