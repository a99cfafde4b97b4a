"""Gatherings: invitations to one, seats, attendance, check-in, calendars."""
