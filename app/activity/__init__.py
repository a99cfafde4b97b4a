"""The ledger of what people did, where and when, and the identities they did it under."""
