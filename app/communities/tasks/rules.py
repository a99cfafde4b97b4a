"""Jobs of the rules."""

from app.communities import queries
from app.communities.models import RulesVersion
from app.communities.service import notices
from app.core.database import db
from app.core.jobs import task


@task("communities.tell_rules_changed")
def tell_rules_changed(version_id: int) -> None:
    """Ask all members for consent to new rules, unless still newer ones were published."""
    version = db.session.get(RulesVersion, version_id)
    if version is None or queries.newest_rules(version.community_id) is not version:
        return
    notices.tell_rules_changed(version)
    db.session.commit()
