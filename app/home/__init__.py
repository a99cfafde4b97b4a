"""Pages that compose several features: landing, front page, organizer's desk, about me."""
