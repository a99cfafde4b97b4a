"""The verbs of communities, by noun."""
