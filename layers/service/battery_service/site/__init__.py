"""What anyone may ask without a token: the page, health, API information."""
