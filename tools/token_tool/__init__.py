"""Makes tokens for those who may call a deployment."""
