"""What every resource stands on: storage, books of an account, faults, routing."""
