"""The verbs of gatherings, by noun."""
