"""What doors, roles and rules refuse, as sentences a person can read."""

from app.core.errors import RuleViolation
from app.core.text import N_


class FoundingClosed(RuleViolation):
    """This installation lets only its administrators found communities."""

    message = N_("Only the people who run this site can found communities here.")


class CommunityClosing(RuleViolation):
    """A community on its way out takes in nobody."""

    message = N_("This community is closing and takes in nobody new.")


class DoorShut(RuleViolation):
    """The door stays shut for this person; it does not say why."""

    message = N_("You cannot join this community.")


class InvitationNeeded(RuleViolation):
    """Only invitation links lead in."""

    message = N_("This community can be joined with an invitation only.")


class InvitationSpent(RuleViolation):
    """A link that is used up, out of date or withdrawn."""

    message = N_(
        "This invitation has been used up, has expired or was withdrawn. Ask for a new one."
    )


class AnswerMissing(RuleViolation):
    """A question that must be answered was not."""

    message = N_("Please answer this question.")


class RulesNotAccepted(RuleViolation):
    """Whoever comes in agrees to the rules as they stand."""

    message = N_("Please read the rules and agree to them first.")

    def __init__(self) -> None:
        super().__init__(field="agrees")


class RulesMissing(RuleViolation):
    """A version of the rules has at least one rule."""

    message = N_("Write at least one rule.")


class RulesUnchanged(RuleViolation):
    """A new version differs from the last."""

    message = N_("The rules are the same as before, so there is nothing to publish.")


class RequestDecided(RuleViolation):
    """A request is decided once."""

    message = N_("This request has been decided already.")


class NoOneChosen(RuleViolation):
    """A bulk action needs at least one row."""

    message = N_("Choose at least one person first.")


class NotAMember(RuleViolation):
    """Only a current membership can end or change its role."""

    message = N_("This person is not a member any more.")


class LastOwner(RuleViolation):
    """A community always has an owner."""

    message = N_("A community needs an owner. Pass the ownership on first.")


class OutOfRank(RuleViolation):
    """Power reaches only below one's own rank."""

    message = N_("You can do this only to people whose role is below yours.")


class RoleTooHigh(RuleViolation):
    """Nobody hands out a role as high as their own."""

    message = N_("You can give only roles below your own.")


class ReasonMissing(RuleViolation):
    """A ban is written down with its reason."""

    message = N_("Write down the reason, for those who decide after you.")

    def __init__(self) -> None:
        super().__init__(field="reason")


class BannedAlready(RuleViolation):
    """One ban at a time."""

    message = N_("This person is banned already.")


class NameMistyped(RuleViolation):
    """The typed name does not match: a guard against closing the wrong community."""

    message = N_("Type the name of the community exactly as it stands above.")

    def __init__(self) -> None:
        super().__init__(field="name")
