"""The routes that need no token: the pages, health, API information, the formats and the contract."""
