"""The shapes of input of communities, by noun."""
