"""Private conversations: two people talk, on the page and by mail, and neither sees an address."""
