"""What Stripe's SDK says of every request and every answer, read from its types."""
