"""Similarity between members who asked for suggestions, and what came of them."""
