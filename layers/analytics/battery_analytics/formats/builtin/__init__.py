"""The formats that come with the library: each module declares one format, or a few that share a reader."""
