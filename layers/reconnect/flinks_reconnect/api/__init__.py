"""Our contracts: HTTP, messages and records, in and out, and how they fail."""
