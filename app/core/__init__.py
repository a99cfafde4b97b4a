"""The ground floor: database, clock, money, errors, jobs, mail, audit, policy, storage, text."""
