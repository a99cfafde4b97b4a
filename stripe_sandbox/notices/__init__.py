"""Notices: what Stripe calls webhooks, queued, twisted by chaos, signed and delivered."""
