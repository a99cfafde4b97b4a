"""Reads of gatherings, by noun."""

from app.events.queries.desk import (
    AttendeeRow,
    DeskEvent,
    Door,
    attendees,
    desk_events,
    door,
    possible_hosts,
)
from app.events.queries.events import (
    dates_of_series,
    event_by_id,
    found_event,
    host_ids,
    is_picture_shown,
    lock_event,
    past_proposals,
    stored_file,
    upcoming_events,
)
from app.events.queries.feeds import feed_entries, has_feed, person_of_feed
from app.events.queries.lists import Card, past_cards, upcoming_cards
from app.events.queries.pages import Face, Going, faces_going, hosts_of, stamp
from app.events.queries.seats import (
    current_seat,
    future_seats,
    going_after,
    hold_of,
    is_banned,
    pending_seat_of_hold,
    seat_by_public_id,
    seat_in_event,
)

__all__ = [
    "AttendeeRow",
    "Card",
    "DeskEvent",
    "Door",
    "Face",
    "Going",
    "attendees",
    "current_seat",
    "dates_of_series",
    "desk_events",
    "door",
    "event_by_id",
    "faces_going",
    "feed_entries",
    "found_event",
    "future_seats",
    "going_after",
    "has_feed",
    "hold_of",
    "host_ids",
    "hosts_of",
    "is_banned",
    "is_picture_shown",
    "lock_event",
    "past_cards",
    "past_proposals",
    "pending_seat_of_hold",
    "person_of_feed",
    "possible_hosts",
    "seat_by_public_id",
    "seat_in_event",
    "stamp",
    "stored_file",
    "upcoming_cards",
    "upcoming_events",
]
