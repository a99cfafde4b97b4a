"""Tables of communities: the community, its people, its doors, its rules, its care."""

from app.communities.models.care import (
    Ban,
    Outcome,
    Report,
    ReportNote,
    ReportState,
    ReportSubject,
)
from app.communities.models.community import (
    Community,
    Joining,
    JoinQuestion,
    Role,
    RolePermission,
    Rule,
    RulesConsent,
    RulesVersion,
    Visibility,
)
from app.communities.models.contact import (
    Contact,
    ContactNote,
    ContactSource,
    ContactTag,
    Facet,
    FacetKind,
    FacetVisibility,
    Tag,
)
from app.communities.models.doors import (
    Invitation,
    InvitationKind,
    JoinRequest,
    JoinRequestState,
)
from app.communities.models.membership import EndReason, JoinedVia, Membership
from app.communities.models.outreach import (
    Announcement,
    AnnouncementState,
    ImportRun,
    ImportState,
)

__all__ = [
    "Announcement",
    "AnnouncementState",
    "Ban",
    "Community",
    "Contact",
    "ContactNote",
    "ContactSource",
    "ContactTag",
    "EndReason",
    "Facet",
    "FacetKind",
    "FacetVisibility",
    "ImportRun",
    "ImportState",
    "Invitation",
    "InvitationKind",
    "JoinQuestion",
    "JoinRequest",
    "JoinRequestState",
    "JoinedVia",
    "Joining",
    "Membership",
    "Outcome",
    "Report",
    "ReportNote",
    "ReportState",
    "ReportSubject",
    "Role",
    "RolePermission",
    "Rule",
    "RulesConsent",
    "RulesVersion",
    "Tag",
    "Visibility",
]
