"""Bearer tokens: whose a token is, and where their hashes are kept."""
