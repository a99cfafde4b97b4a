"""Community health, measured from the activity ledger and its roll-ups."""
