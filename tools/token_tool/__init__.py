"""Makes tokens for the callers of a deployment."""
