"""How a community's mails are written: kind, key and template bear one name."""

from typing import Any

from app.communities.models import Community
from app.core.notices import Addressee
from app.core.notify import notify


def tell(
    reader: Addressee,
    what: str,
    about: object,
    *,
    subject: str,
    community: Community,
    template: str = "",
    cause: Addressee | None = None,
    **values: Any,
) -> None:
    """Write one mail of a community; `about` tells it from the others of its kind.

    `subject` is marked by `N_`; without a `template` the mail has that of its kind.
    """
    notify(
        reader,
        f"communities.{what}",
        key=f"communities.{what}:{about}",
        subject=subject,
        template=f"communities/{template or what}",
        community=community,
        cause=cause,
        community_name=community.name,
        slug=community.slug,
        **values,
    )
