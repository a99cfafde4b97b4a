"""Sorts of activity that count apart: silent ones, those that keep awake, those that helped."""

SILENT = frozenset({"member.left", "renewed"})
"""Told to the ledger, but nobody took part in anything: in no month's count."""

BOUGHT, TOOK_FREE = "bought", "took_free"
"""Someone paid for something, here or in another shop; someone took what costs nothing."""

KEEPING = frozenset({BOUGHT, "event.checked_in"})
"""Bought something or came to an event: what keeps awake where a community counts strictly."""

INTRODUCED, FOUND_USEFUL = "introduced", "found_useful"
"""Two members were introduced to each other; both called it useful."""

THANKED, WORTHWHILE = "thanked", "event.worthwhile"
"""Someone thanked another for something; someone got at a gathering what they came for."""

HELPING = frozenset({FOUND_USEFUL, THANKED, WORTHWHILE})
"""Someone said that they were helped, each by a fact of their own; the counterpart helped."""

AMONG_MEMBERS = frozenset({INTRODUCED, FOUND_USEFUL, THANKED})
"""What members say among themselves: counted, but no export of an owner tells who and to whom."""

DAILY_CAP = 20
"""So many acts of one sort on one day weigh; the rest is counted and weighs nothing."""
