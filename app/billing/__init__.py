"""Quotas and access grants, and later plans, orders and payments."""
