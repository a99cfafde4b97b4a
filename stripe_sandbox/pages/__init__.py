"""The pages that people see: payment, the bank's question, onboarding, the portal, invoices."""
