"""Communities, contacts, memberships, roles, joining, rules, invitations, directory, reports."""
