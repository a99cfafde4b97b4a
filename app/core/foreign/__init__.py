"""Files of other programs: bytes into text, text into records, none of it trusted."""
