"""Persons: sign-up, sign-in, second factor, sessions, blocks, privacy, export and erasure."""
