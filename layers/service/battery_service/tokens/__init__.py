"""Who calls: bearer tokens and where they are kept."""
