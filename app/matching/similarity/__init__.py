"""The border to scikit-learn: who suits whom, by which words. For job processes only."""

from app.matching.similarity.people import Likeness, Reason, Someone, Ties
from app.matching.similarity.ranking import most_suited, top_pairs
from app.matching.similarity.scores import FriendScores

__all__ = ["FriendScores", "Likeness", "Reason", "Someone", "Ties", "most_suited", "top_pairs"]
