"""The verbs of conversations: opening, writing, leaving, closing, and what mail brings."""
