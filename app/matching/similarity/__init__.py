"""The border to scikit-learn: who resembles whom, by which words. For job processes only."""

from app.matching.similarity.cards import Card, Likeness, Reason, most_alike

__all__ = ["Card", "Likeness", "Reason", "most_alike"]
