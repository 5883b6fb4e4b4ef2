"""The reader that all tables share: their text, their header, the names and units of their columns, their numbers."""
