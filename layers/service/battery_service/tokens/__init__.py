"""Bearer tokens: the caller of a token, and the token store with the hashes."""
