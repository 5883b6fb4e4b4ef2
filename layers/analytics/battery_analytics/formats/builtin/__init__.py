"""The formats that come with the library: one module declares one format, or a few that are read alike."""
