"""A local server that speaks Stripe's API; it never imports app."""
