"""What gatherings refuse, as sentences a person can read."""

from app.core.errors import RuleViolation
from app.core.text import N_


class EventOver(RuleViolation):
    """The hosts themselves sell at the door as long as a gathering lasts."""

    message = N_("This gathering is over, so no ticket to it is sold any more.")


class EventStarted(RuleViolation):
    """Seats are taken and given back before the start."""

    message = N_("This gathering has begun. Just come by, and ask the hosts for a seat.")


class EventCancelled(RuleViolation):
    """A cancelled gathering takes nobody in and is not edited."""

    message = N_("This gathering is cancelled.")


class NotAnnounced(RuleViolation):
    """A proposed date is not open yet."""

    message = N_("The hosts have not confirmed this date yet.")


class NeedsPlan(RuleViolation):
    """Membership alone opens no seat here."""

    message = N_("Seats here are for members with a plan.")


class EventFull(RuleViolation):
    """No seat is left."""

    message = N_("All seats are taken. When someone gives theirs back, it is free again here.")


class TooFewLeft(RuleViolation):
    """Some seats are left, but not as many as were asked for."""

    message = N_("Only %(left)s seats are left. Bring fewer people, or come alone.")


class OnlyOneLeft(RuleViolation):
    """One seat is left, and more were asked for."""

    message = N_("Only one seat is left. You can take it for yourself.")


class TooManyGuests(RuleViolation):
    """More people are brought than the hosts allow."""

    message = N_("You can bring %(most)s people at most.")


class NoGuests(RuleViolation):
    """The hosts allow nobody to be brought."""

    message = N_("For this gathering everyone takes their own seat.")


class SeatGivenBack(RuleViolation):
    """A given-back seat does not come alive by an old link."""

    message = N_("You gave this seat back. You can take a new one on the page of the gathering.")


class SeatUsed(RuleViolation):
    """Whoever has arrived has used their seat."""

    message = N_("You are checked in already, so this seat cannot be changed.")


class SeatRefused(RuleViolation):
    """Whoever may not come back has no seat and gets none; it does not say why."""

    message = N_("No seat is kept for you here any more. Ask the hosts.")


class NotGoing(RuleViolation):
    """Only a confirmed seat can be changed or checked in."""

    message = N_("This seat is not confirmed, so nothing can be changed on it.")


class CheckInClosed(RuleViolation):
    """The door opens some hours before."""

    message = N_("Check-in opens %(hours)s hours before the start.")


class MoreThanSeats(RuleViolation):
    """No more people can arrive on a seat than it has places."""

    message = N_("This seat is for %(seats)s. Take in the others as walk-ins.")


class StartsInThePast(RuleViolation):
    """A gathering is planned for a moment to come."""

    message = N_("This moment is over. Choose a day and time to come.")


class NoSuchHost(RuleViolation):
    """Hosts are chosen among those who may host."""

    message = N_("Choose hosts from the list.")


class MustBeProposed(RuleViolation):
    """Only a proposed date is confirmed or dropped."""

    message = N_("This date is announced already. Cancel it, so that those going are told.")


class TooManyTypes(RuleViolation):
    """A list of tickets that nobody can choose from helps nobody."""

    message = N_("An event has %(most)s ticket types at most.")


class NotChargeable(RuleViolation):
    """Cards take whole steps of a currency only."""

    message = N_("Cards cannot be charged exactly this much. Choose a round amount.")


class MembersPayMore(RuleViolation):
    """A member price is a favour."""

    message = N_("Members cannot pay more than everyone else.")


class SaleEndsTooEarly(RuleViolation):
    """A sale has a length."""

    message = N_("The sale would end before it begins.")


class TicketsSold(RuleViolation):
    """What people have or are buying does not vanish."""

    message = N_("Tickets of this type were sold, so it stays. Hide it, and no more are sold.")


class ByTicketOnly(RuleViolation):
    """Where tickets are sold, no seat is given away beside them."""

    message = N_("One comes here by ticket. Choose one on the page of the event.")


class NotTicketed(RuleViolation):
    """An event without ticket types sells none."""

    message = N_("No tickets are needed for this event.")


class NothingChosen(RuleViolation):
    """An order has at least one ticket."""

    message = N_("Choose at least one ticket.")


class NotOnSale(RuleViolation):
    """A sort of ticket is sold within its time, and not while it is hidden."""

    message = N_("“%(title)s” is not on sale now.")


class TooManyEach(RuleViolation):
    """The hosts allow each person so many of a sort."""

    message = N_("Each person can have %(most)s of “%(title)s” at most, earlier ones included.")


class TooFewTickets(RuleViolation):
    """Fewer are left than were asked for, of a sort or in the room as a whole."""


class TicketsLeft(TooFewTickets):
    """Some are left."""

    message = N_("Only %(left)s tickets are left. Choose fewer.")


class OneTicketLeft(TooFewTickets):
    """One is left, and more were asked for."""

    message = N_("Only one ticket is left.")


class TicketsSoldOut(TooFewTickets):
    """Nothing is left."""

    message = N_("Sold out. When someone gives a ticket back, it is here again.")


class RefundTooLate(RuleViolation):
    """After the hosts' deadline a ticket is not taken back for money."""

    message = N_("The time for giving tickets back is over. Ask the hosts.")


class TicketUsed(RuleViolation):
    """Whoever has come in has used their ticket."""

    message = N_("This ticket was used at the door, so it cannot be given back.")


class NothingToAsk(RuleViolation):
    """Who was not there, or long ago, is not asked."""

    message = N_("This can be answered by who was there, in the two months after it.")


class TicketGone(RuleViolation):
    """A cancelled ticket stays cancelled."""

    message = N_("This ticket was cancelled before.")


class TicketSuspended(RuleViolation):
    """A disputed payment keeps its tickets from the door."""

    message = N_("The payment of this ticket is disputed, so it does not count now.")


class AddressRefused(RuleViolation):
    """Someone who may not come buys no ticket."""

    message = N_("Tickets cannot be bought with this address. Ask the hosts.")


class PaidByHand(RuleViolation):
    """What was paid by hand goes back by hand."""

    message = N_("This ticket was paid in cash or by transfer. Ask the hosts to take it back.")


class SeatHasTickets(RuleViolation):
    """Tickets are given back one by one, each with its money."""

    message = N_("You come by ticket. Give tickets back on their own page.")
