"""Facts of the past, gathered and written at once; the roll-up is counted from them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from app.activity import service as activity
from app.activity.models import Activity, ActivityWeight, Channel
from app.activity.service import HERE
from app.communities.models import Community
from app.core.database import add, db


@dataclass
class Ledger:
    """The facts of one community, until they are written."""

    community: Community
    rows: list[dict[str, Any]] = field(default_factory=list)

    def tell(
        self,
        contact_id: int,
        kind: str,
        uid: str,
        at: datetime,
        *,
        channel: str = "site",
        subject: str | None = None,
        void_at: datetime | None = None,
        counterpart_id: int | None = None,
    ) -> None:
        """Remember one thing a contact did, named as the services name it."""
        self.rows.append(
            {
                "community_id": self.community.id,
                "contact_id": contact_id,
                "type": kind,
                "source": HERE,
                "source_uid": uid,
                "happened_at": at,
                "recorded_at": at,
                "channel": channel,
                "subject": subject,
                "void_at": void_at,
                "counterpart_id": counterpart_id,
            }
        )

    def write(self) -> int:
        """Write all facts, count the days anew, and return how many facts there were."""
        weights = dict(
            db.session.execute(
                select(ActivityWeight.type, ActivityWeight.weight).where(
                    ActivityWeight.community_id.is_(None)
                )
            ).all()
        )
        channels = {name: self._channel(name) for name in {row["channel"] for row in self.rows}}
        for row in self.rows:
            row["channel_id"] = channels[row.pop("channel")]
            row["weight"] = weights.get(row["type"], 1)
        if self.rows:
            db.session.execute(insert(Activity), self.rows)
        activity.rebuild(self.community.id, zone=self.community.zone)
        return len(self.rows)

    def _channel(self, name: str) -> int:
        known = db.session.scalar(
            select(Channel.id).where(
                Channel.community_id == self.community.id,
                Channel.source == HERE,
                Channel.uid == name,
            )
        )
        if known is not None:
            return known
        return add(Channel(community_id=self.community.id, source=HERE, uid=name, name=name)).id
